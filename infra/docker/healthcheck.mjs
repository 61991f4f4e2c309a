/**
 * HEALTHCHECK of the images, which hold neither a shell nor curl. Ends with 0 when the process on PORT of this container answers 200
 * at /health/live, or at the probe that is named (`healthcheck.mjs ready`), else with 1 and the reason.
 */
const [probe = 'live'] = process.argv.slice(2);
const TIMEOUT_MS = 4000;

try {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/health/${probe}`, { signal });
  console.log(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`no answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
