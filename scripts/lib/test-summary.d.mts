interface Failure {
  readonly title: string;
  readonly message: string;
}

interface FileSummary {
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

type Run = Readonly<Record<string, FileSummary>>;

export function totalOf(files: Run): FileSummary;
export function failedFiles(files: Run): readonly string[];
export function withSecondRun(first: Run, second: Run): { readonly files: Run; readonly unstable: readonly Failure[] };
