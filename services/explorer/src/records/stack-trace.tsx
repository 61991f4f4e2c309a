import { useState } from 'preact/hooks';
import { countOf } from './format-count.ts';
import { foldStack } from './stack-frames.ts';

/** A stack trace with the frames of libraries and runtimes folded. */
export function StackTrace({ stack }: { readonly stack: string }) {
  const [isWhole, setWhole] = useState(false);
  const parts = foldStack(stack);
  const canFold = parts.some(({ kind }) => kind === 'folded');
  return (
    <>
      {canFold && (
        <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Fold the stack trace' : 'Show the whole stack trace'}
        </button>
      )}
      <pre class="record-stack">
        {parts.map(({ kind, lines }) =>
          kind === 'shown' || isWhole ? (
            `${lines.join('\n')}\n`
          ) : (
            <span class="muted">{`    ... ${countOf(lines.length, 'frame')} of libraries\n`}</span>
          ),
        )}
      </pre>
    </>
  );
}
