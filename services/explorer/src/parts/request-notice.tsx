import type { ApiProblem } from '../api-problem.ts';
import './parts.css';

/** Said while the first answer is awaited. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p class="part-waiting" role="status">
      Loading {what} ...
    </p>
  );
}

/** Says what went wrong and what can be done, with a button that tries again. */
export function Failed({ problem, again }: { readonly problem: ApiProblem; readonly again: () => void }) {
  return (
    <div class="part-empty" role="alert">
      <h3>{headline(problem)}</h3>
      <p>{problem.message}</p>
      <p class="part-hint">{advice(problem)}</p>
      <button type="button" class="part-button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

function headline(problem: ApiProblem): string {
  if (problem.code === 'unreachable') return 'The server does not answer';
  if (problem.status === 503) return 'The store does not answer';
  if (problem.status === 504) return 'This took too long';
  return 'This could not be loaded';
}

function advice(problem: ApiProblem): string {
  if (problem.code === 'unreachable') return 'Check that it runs and that you are connected to its network.';
  if (problem.status === 503) return 'Records are still taken in and wait in the queue; nothing is lost.';
  if (problem.status === 504) return 'The store is busy. Try again in a moment.';
  return problem.requestId === undefined ? '' : `Request ${problem.requestId}: the log of the server has more.`;
}
