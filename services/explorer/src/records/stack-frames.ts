/** A stretch of a stack trace: what is read, or frames of libraries and the runtime that are folded away. */
export interface StackPart {
  readonly kind: 'shown' | 'folded';
  readonly lines: readonly string[];
}

/** Frames that are seldom the reason: of Node.js, of packages, of the JVM and its usual frameworks, of Python's packages. */
const FOREIGN =
  /node:|node_modules[\\/]|\(native\)|^\s+at (?:java\.|javax\.|jdk\.|sun\.|kotlin\.|org\.(?:springframework|apache|hibernate|eclipse|junit)\.|io\.netty\.|reactor\.)|site-packages[\\/]|[\\/]lib[\\/]python\d|^\s*(?:runtime|net\/http)[./]/;
const FRAME = /^\s+at |^\s+File "|^\s*\.\.\. \d+ (?:more|common)/;

/** Folds runs of at least two foreign frames. A short trace is shown as a whole. */
export function foldStack(stack: string): readonly StackPart[] {
  const lines = stack.split(/\r?\n/);
  const parts: { kind: StackPart['kind']; lines: string[] }[] = [];
  for (const line of lines) {
    const kind = FRAME.test(line) && FOREIGN.test(line) ? 'folded' : 'shown';
    const before = parts.at(-1);
    if (before?.kind === kind) before.lines.push(line);
    else parts.push({ kind, lines: [line] });
  }
  return merged(
    parts.map((part) => (part.kind === 'folded' && part.lines.length < 2 ? { ...part, kind: 'shown' } : part)),
  );
}

function merged(parts: readonly StackPart[]): readonly StackPart[] {
  const result: StackPart[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    if (before?.kind === part.kind)
      result[result.length - 1] = { kind: part.kind, lines: [...before.lines, ...part.lines] };
    else result.push(part);
  }
  return result;
}
