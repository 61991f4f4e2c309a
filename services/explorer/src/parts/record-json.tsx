import { getLog } from '../api-client.ts';
import { StackTrace } from '../records/stack-trace.tsx';
import { CopyButton } from './copy-button.tsx';
import { Failed, Waiting } from './request-notice.tsx';
import { useRequest } from './use-request.ts';
import type { LogRecord } from '../api-types.ts';
import './parts.css';

/** The whole record as JSON, asked for when it is first shown. Stack traces keep their lines, apart from the JSON. */
export function RecordById({ id }: { readonly id: string }) {
  const { result, again } = useRequest(id, (signal) => getLog(id, { signal }));
  if (result.state === 'loading') return <Waiting what="the record" />;
  if (result.state === 'failed') return <Failed problem={result.problem} again={again} />;
  return <RecordJson record={result.value} />;
}

/** The same for a record that is there already. */
export function RecordJson({ record }: { readonly record: LogRecord }) {
  const stack = record.error?.stack;
  const json = JSON.stringify(record, null, 2);
  return (
    <div class="part-record">
      {stack !== undefined && (
        <>
          <p class="part-record-heading">Stack</p>
          <StackTrace stack={stack} />
        </>
      )}
      <p class="part-record-heading">
        Record <CopyButton label="Copy JSON" text={() => json} quiet />
      </p>
      <pre class="part-code">{json}</pre>
    </div>
  );
}
