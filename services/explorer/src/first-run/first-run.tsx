import { useEffect, useState } from 'preact/hooks';
import type { ApiProblem } from '../api-problem.ts';
import { searchLogs, sendLogs } from '../api-client.ts';
import { navigate, runAgain } from '../app-state.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { problemFrom } from '../parts/use-request.ts';
import { WITHOUT_OWN_LOGS } from '../search/own-logs.ts';
import { sampleAnchor, samplePayments } from './sample-payments.ts';
import './first-run.css';

/** How often is looked for the first record, and how long for the samples. */
const LOOK_MS = 3_000;
const SAMPLES_LOOK_MS = 500;
const SAMPLES_PATIENCE_MS = 15_000;

type Adding = { readonly state: 'no' | 'adding' } | { readonly state: 'failed'; readonly problem: ApiProblem };

/** Shown while the store holds no records at all: how to send the first, or samples to look around with. */
export function FirstRun() {
  const [adding, setAdding] = useState<Adding>({ state: 'no' });
  useEffect(() => lookForFirst(), []);
  const add = (): void => {
    setAdding({ state: 'adding' });
    addSamples().then(
      () => {
        navigate({ query: '', from: '-1h', to: '', view: undefined });
        runAgain();
      },
      (error: unknown) => setAdding({ state: 'failed', problem: problemFrom(error) }),
    );
  };
  const command = firstCommand(location.origin);
  return (
    <section class="first-run" aria-labelledby="first-run-heading">
      <h2 id="first-run-heading">Ready for your first log</h2>
      <p class="first-run-lead">
        Nothing is stored yet. Send a record, or look around with sample payments. This page goes on by itself as soon
        as a record arrives.
      </p>
      <div class="first-run-ways">
        <div class="first-run-way">
          <h3>Send one yourself</h3>
          <div class="first-run-command">
            <pre tabIndex={0} aria-label="Command that sends a record">
              {command}
            </pre>
            <CopyButton label="Copy" accessibleName="Copy command" text={() => command} />
          </div>
          <p class="part-hint">
            The answer 202 means that the record is durable; it is found about a second later. Shippers for
            Elasticsearch, OpenTelemetry, Loki and Splunk can send here as they are: see the{' '}
            <a href="/docs">documentation of the HTTP interface</a>.
          </p>
        </div>
        <div class="first-run-way">
          <h3>Look around with samples</h3>
          <p>
            Some 25 made-up payments of the last hour across seven services: paid, declined, tried again, refunded and
            still open, with errors, latencies and traces.
          </p>
          <button
            type="button"
            class="part-button part-button-primary"
            disabled={adding.state === 'adding'}
            onClick={add}
          >
            {adding.state === 'adding' ? 'Adding ...' : 'Add sample payments data'}
          </button>
          <p class="part-hint">
            Every sample is marked: <code>attributes.sample:true</code> finds them, <code>-attributes.sample:true</code>{' '}
            leaves them out.
          </p>
          <p role="status" class={adding.state === 'failed' ? 'part-fault' : 'part-unseen'}>
            {adding.state === 'failed' && `The samples could not be added: ${adding.problem.message}. Try again.`}
            {adding.state === 'adding' && 'Adding sample payments'}
          </p>
        </div>
      </div>
    </section>
  );
}

/** One record by curl, to where this page comes from. */
function firstCommand(origin: string): string {
  return `curl ${origin}/api/v1/logs \\
  -H 'Content-Type: application/json' \\
  -d '{
    "service": "payment-api",
    "level": "info",
    "message": "payment captured",
    "payment": {"id": "pay_1", "amount_minor": 4990, "currency": "EUR", "status": "captured"}
  }'`;
}

/** Runs the search as soon as there is something to find. Gives back what stops it. */
function lookForFirst(): () => void {
  const cancel = new AbortController();
  const timer = setInterval(() => {
    if (document.hidden) return;
    searchLogs({ query: WITHOUT_OWN_LOGS, limit: 1 }, { signal: cancel.signal }).then(
      (page) => {
        if (page.logs.length > 0) runAgain();
      },
      // The next look may succeed; the search itself says what is wrong.
      () => undefined,
    );
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    cancel.abort();
  };
}

/** Sends the samples and waits until they are found. */
async function addSamples(): Promise<void> {
  const records = samplePayments(rememberedAnchor(Date.now()));
  await sendLogs(records);
  const last = records.at(-1);
  const until = Date.now() + SAMPLES_PATIENCE_MS;
  while (last !== undefined && Date.now() < until) {
    const page = await searchLogs({ query: 'attributes.sample:true', limit: 1 });
    if (page.total.value >= records.length) return;
    await new Promise((resolve) => setTimeout(resolve, SAMPLES_LOOK_MS));
  }
}

const ANCHOR_KEY = 'paylog.samples-anchor';
const ANCHOR_KEPT_MS = 3_600_000;

/** The anchor of samples that this browser added within the hour, so that adding them again adds nothing; else a new one. */
function rememberedAnchor(nowMs: number): number {
  const anchor = sampleAnchor(nowMs);
  try {
    const kept = Number(localStorage.getItem(ANCHOR_KEY));
    if (kept > 0 && kept === sampleAnchor(kept) && kept <= nowMs && nowMs - kept < ANCHOR_KEPT_MS) return kept;
    localStorage.setItem(ANCHOR_KEY, String(anchor));
  } catch {
    // A browser that forbids storage: the five minutes of the anchor have to do.
  }
  return anchor;
}
