import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import type { Metrics } from '../telemetry/metrics.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Shows when the first certificate of each configured TLS file expires, as the files are now: connections keep what was read at start
 * until the process is started again. A file without a certificate that can be read shows nothing; the connection says what is wrong.
 * Throws when a file cannot be read.
 */
export function showCertificateExpiry(
  metrics: Pick<Metrics, 'tlsCertificateExpiryTimestampSeconds'>,
  { queue, store }: Pick<Config<Service>, 'queue' | 'store'>,
): void {
  const files = {
    kafka_ca: queue.kind === 'kafka' ? queue.ssl?.caFile : undefined,
    elasticsearch_ca: store.kind === 'elasticsearch' ? store.caFile : undefined,
  };
  for (const [role, file] of Object.entries(files)) {
    const expiryMs = file === undefined ? undefined : firstExpiryMs(readFileSync(file, 'utf8'));
    if (expiryMs !== undefined) metrics.tlsCertificateExpiryTimestampSeconds.set({ role }, expiryMs / 1000);
  }
}

/** When the first certificate of a PEM text expires, in epoch milliseconds; undefined when it holds none that can be read. */
export function firstExpiryMs(pem: string): number | undefined {
  const times = (pem.match(CERTIFICATE) ?? []).map(expiryMs).filter((ms) => !Number.isNaN(ms));
  return times.length === 0 ? undefined : Math.min(...times);
}

function expiryMs(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return Number.NaN;
  }
}
