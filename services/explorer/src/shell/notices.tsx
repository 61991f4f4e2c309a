import type { ApiProblem } from '../api-problem.ts';
import { navigate, queryText, runAgain, urlState } from '../app-state.ts';
import { zone } from '../state/preferences.ts';
import { describeRange, TIME_PRESETS } from '../time/time-range.ts';

/** Nothing matches: says what was looked for and offers to look wider. */
export function NothingFound() {
  const { from, to } = urlState.value;
  const wider = [TIME_PRESETS[6], TIME_PRESETS[8], TIME_PRESETS.at(-1)].flatMap((preset) =>
    preset && (preset.from !== from || to !== '') ? [preset] : [],
  );
  return (
    <div class="notice" role="status">
      <h2>No records match</h2>
      <p>
        Time range: {describeRange({ from, to }, zone.value)}.
        {queryText.value !== '' &&
          ' Values are compared exactly and in their case; words of messages are found in any case.'}
      </p>
      <div class="notice-actions">
        {wider.map((preset) => (
          <button
            key={preset.label}
            type="button"
            class="button"
            onClick={() => navigate({ from: preset.from, to: preset.to })}
          >
            {preset.label === 'All time' ? 'Search all time' : `Search the ${preset.label.toLowerCase()}`}
          </button>
        ))}
        {queryText.value !== '' && (
          <button type="button" class="button" onClick={() => navigate({ query: '' })}>
            Clear the query
          </button>
        )}
      </div>
    </div>
  );
}

/** The search failed: says why and what can be done. */
export function SearchFailed({ problem }: { readonly problem: ApiProblem }) {
  const { title, advice } = explained(problem);
  return (
    <div class="notice" role="alert">
      <h2>{title}</h2>
      <p>{sentence(problem)}</p>
      <p class="muted">{advice}</p>
      <div class="notice-actions">
        <button type="button" class="button" onClick={runAgain}>
          Try again
        </button>
      </div>
      {problem.requestId !== undefined && <p class="muted">Request {problem.requestId}</p>}
    </div>
  );
}

/** The query of the address is none; the bar says where. */
export function QueryUnreadable() {
  return (
    <div class="notice" role="status">
      <h2>The query cannot be read</h2>
      <p>What is wrong stands under the search field. Mend it and press Enter.</p>
    </div>
  );
}

function sentence({ faults, message }: ApiProblem): string {
  const [fault] = faults;
  const text = fault?.message === undefined || fault.message === '' ? message : fault.message;
  const where = fault?.position === undefined ? '' : `, at ${fault.position}`;
  const advice = fault?.advice === undefined ? '' : ` (${fault.advice})`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${where}${advice}.`;
}

function explained({ status, code }: ApiProblem): { readonly title: string; readonly advice: string } {
  if (code === 'unreachable') {
    return {
      title: 'The server does not answer',
      advice: 'Check that it runs and that you are connected to its network.',
    };
  }
  if (status === 504) {
    return { title: 'This took too long', advice: 'Narrow the time range, or name a service or a level in the query.' };
  }
  if (status === 503) {
    return {
      title: 'The store does not answer',
      advice: 'Records are still taken in and wait in the queue: nothing is lost. The status view shows what is down.',
    };
  }
  if (status === 400) return { title: 'The query cannot be read', advice: 'Mend the query or the time range.' };
  return { title: 'The search failed', advice: 'The log of the server says more under the number of this request.' };
}
