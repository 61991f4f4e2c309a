import { getPayment } from '../api-client.ts';
import { AppLink } from '../parts/app-link.tsx';
import { Failed, Waiting } from '../parts/request-notice.tsx';
import { fieldEquals } from '../parts/search-for.ts';
import { useRequest } from '../parts/use-request.ts';
import type { ViewProps } from '../view.ts';
import { statusChanges } from './status-changes.ts';
import { StoryBody } from './story-body.tsx';
import { count } from './story-text.ts';
import { StoryHeader } from './story-header.tsx';
import './payment.css';

/** The story of one payment across all services: what happened, when, how long it took and where it went wrong. */
export function PaymentView({ id }: ViewProps) {
  const { result, again } = useRequest(id, (signal) => getPayment(id, { signal }));
  if (id === '') return <NoPayment id="" />;
  if (result.state === 'loading') return <Waiting what="the payment" />;
  if (result.state === 'failed') {
    return result.problem.status === 404 ? <NoPayment id={id} /> : <Failed problem={result.problem} again={again} />;
  }
  const story = result.value;
  return (
    <article class="payment" aria-label={`Story of payment ${story.payment_id}`}>
      <StoryHeader story={story} again={again} />
      {story.truncated && (
        <p class="payment-truncated" role="note">
          The beginning and the end of this payment are shown: {count(story.records, 'record')} of{' '}
          {story.total.value.toLocaleString('en-US')}.{' '}
          <AppLink change={{ view: undefined, query: fieldEquals('payment.id', story.payment_id), from: '', to: '' }}>
            Search all of its records
          </AppLink>
        </p>
      )}
      <StoryBody key={story.payment_id} story={{ ...story, steps: statusChanges(story.steps) }} />
    </article>
  );
}

function NoPayment({ id }: { readonly id: string }) {
  return (
    <div class="part-empty">
      <h3>{id === '' ? 'No payment is named' : `No record names the payment ${id}`}</h3>
      <p>
        A payment&apos;s story is made of all records with its id in <code>payment.id</code>. Check that the id is
        complete, and that the services send it. Records become searchable about a second after they were accepted.
      </p>
      {id !== '' && (
        <p>
          <AppLink
            class="part-button"
            change={{ view: undefined, query: `"${id.replaceAll(/["\\]/g, '\\$&')}"`, from: '', to: '' }}
          >
            Search for this id in everything
          </AppLink>
        </p>
      )}
    </div>
  );
}
