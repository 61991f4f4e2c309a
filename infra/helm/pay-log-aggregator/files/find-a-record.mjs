// `helm test`: sends one record and looks for it until it is found. PAYLOG_URL is the address of the API.
const url = process.env.PAYLOG_URL;
const limitMs = Number(process.env.TEST_LIMIT_MS ?? 60_000);
const id = `helm-test-${Date.now()}-${process.pid}`;
const record = { id, service: 'helm-test', level: 'info', message: 'a record that helm test sent' };

const untilMs = Date.now() + limitMs;
const found = (await until(send)) && (await until(find));
console.log(found ? `found ${id}` : `gave up after ${limitMs} ms`);
process.exitCode = found ? 0 : 1;

async function send() {
  const body = JSON.stringify(record);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v1/logs`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
  if (response.status !== 202) throw new Error(`POST answered ${response.status}: ${await response.text()}`);
  console.log(`sent ${id}`);
  return true;
}

async function find() {
  const response = await fetch(`${url}/api/v1/logs/${id}`, { signal: AbortSignal.timeout(10_000) });
  if (response.status !== 200) throw new Error(`GET answered ${response.status}`);
  return (await response.json()).id === id;
}

/** The same id again is the same record: sending may be tried as often as it takes. */
async function until(action) {
  for (;;) {
    try {
      if (await action()) return true;
    } catch (error) {
      console.log(error.message);
    }
    if (Date.now() > untilMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
