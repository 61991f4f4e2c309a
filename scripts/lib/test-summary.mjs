/** What the reporter wrote of a run: `{ [file]: { passed, failed: [{ title, message }], skipped: [{ title, reason }] } }`. */

/** Sum over the files. */
export function totalOf(files) {
  const parts = Object.values(files);
  return {
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    failed: parts.flatMap(({ failed }) => failed),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

/** Files with a failure. */
export function failedFiles(files) {
  return Object.keys(files).filter((file) => files[file].failed.length > 0);
}

/**
 * The run with some of its files replaced by a second run of them; `unstable` are the failures that the second run did not repeat.
 * A file that the second run did not finish keeps its failures.
 */
export function withSecondRun(first, second) {
  const unstable = Object.keys(second).flatMap((file) => {
    const again = new Set(second[file].failed.map(({ title }) => title));
    return (first[file]?.failed ?? []).filter(({ title }) => !again.has(title));
  });
  return { files: { ...first, ...second }, unstable };
}
