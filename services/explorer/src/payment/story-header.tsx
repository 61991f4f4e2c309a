import type { Payment } from '../api-types.ts';
import { addressOf } from '../app-state.ts';
import { AppLink } from '../parts/app-link.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatDuration } from '../parts/format-duration.ts';
import { zone } from '../state/preferences.ts';
import { formatTime } from '../time/time-range.ts';
import { fieldEquals, searchFor } from '../parts/search-for.ts';
import { formatAmount } from './format-amount.ts';
import { count, outcomeText, storyText } from './story-text.ts';

const OUTCOME_SIGNS: Readonly<Record<Payment['outcome'], string>> = { succeeded: '✓', failed: '✕', open: '…' };

/** Traces that are linked; a payment rarely has more than one for each attempt. */
const MAX_TRACES = 5;

/** What the payment is and how it ended, and what can be done with its story. */
export function StoryHeader({ story, again }: { readonly story: Payment; readonly again: () => void }) {
  const link = (): string =>
    new URL(addressOf({ view: { kind: 'payment', id: story.payment_id } }), location.href).href;
  return (
    <header class="payment-header">
      <div class="payment-title">
        <span class="payment-outcome" data-outcome={story.outcome}>
          <span aria-hidden="true">{OUTCOME_SIGNS[story.outcome]}</span> {outcomeText(story)}
        </span>
        <span class="payment-amount">{formatAmount(story.amount_minor, story.currency) ?? 'amount unknown'}</span>
        <span class="payment-id">
          <code>{story.payment_id}</code>
          <CopyButton label="Copy" accessibleName="Copy payment id" text={() => story.payment_id} quiet />
        </span>
      </div>
      <dl class="payment-facts">
        <Fact name="Merchant" value={story.merchant_id} field="payment.merchant_id" />
        <Fact name="Method" value={story.method} field="payment.method" />
        <Fact name="Provider" value={story.provider} field="payment.provider" />
        <Fact name="Total time" value={formatDuration(story.duration_ms)} />
        <Fact name="Began" value={formatTime(Date.parse(story.from), zone.value)} title={story.from} />
        <Fact
          name="Records"
          value={`${count(story.total.value, 'record')} from ${count(story.services.length, 'service')}`}
        />
        <div data-bad={story.errors > 0}>
          <dt>Errors</dt>
          <dd>{story.errors === 0 ? 'none' : story.errors.toLocaleString()}</dd>
        </div>
      </dl>
      <div class="payment-actions">
        <AppLink
          class="part-button"
          change={searchFor(fieldEquals('payment.id', story.payment_id), story.from, story.to)}
        >
          Show as search
        </AppLink>
        {story.traces.slice(0, MAX_TRACES).map((trace, index) => (
          <AppLink key={trace} class="part-button" change={{ view: { kind: 'trace', id: trace } }}>
            {story.traces.length === 1 ? 'Trace' : `Trace ${index + 1}`}
          </AppLink>
        ))}
        <CopyButton label="Copy as text" text={() => storyText(story, link())} />
        <CopyButton label="Copy link" text={link} />
        {story.outcome === 'open' && (
          <button type="button" class="part-button" onClick={again}>
            Look again
          </button>
        )}
      </div>
    </header>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string | null;
  /** The value leads to a search for it. */
  readonly field?: string;
  readonly title?: string;
}

function Fact({ name, value, field, title }: FactProps) {
  if (value === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd title={title}>
        {field === undefined ? (
          value
        ) : (
          <AppLink change={{ view: undefined, query: fieldEquals(field, value) }}>{value}</AppLink>
        )}
      </dd>
    </div>
  );
}
