import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import type { Metrics } from '../telemetry/metrics.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

type ExpiryMetrics = Pick<Metrics, 'tlsCertificateExpiryTimestampSeconds'>;

/** An option of Node.js's TLS: looks at the certificate that a server shows, before anything is sent to it. */
export type ServerCheck = typeof checkServerIdentity;

/** Checks for the connections to each, which see the certificates of the servers. */
export interface ServerChecks {
  readonly kafka: ServerCheck;
  readonly elasticsearch: ServerCheck;
}

/**
 * Shows when certificates expire. Of each configured TLS file the first one, as the files are now: connections keep what was read at start
 * until the process is started again. A file without a certificate that can be read shows nothing; the connection says what is wrong.
 * Those of the servers come with the checks that it returns. Throws when a file cannot be read.
 */
export function showCertificateExpiry(
  metrics: ExpiryMetrics,
  { queue, store }: Pick<Config<Service>, 'queue' | 'store'>,
): ServerChecks {
  const files = {
    kafka_ca: queue.kind === 'kafka' ? queue.ssl?.caFile : undefined,
    elasticsearch_ca: store.kind === 'elasticsearch' ? store.caFile : undefined,
  };
  for (const [role, file] of Object.entries(files)) {
    const expiryMs = file === undefined ? undefined : firstExpiryMs(readFileSync(file, 'utf8'));
    if (expiryMs !== undefined) metrics.tlsCertificateExpiryTimestampSeconds.set({ role }, expiryMs / 1000);
  }
  return {
    kafka: showServerExpiry(metrics, 'kafka_server'),
    elasticsearch: showServerExpiry(metrics, 'elasticsearch_server'),
  };
}

/** Shows the one that expires first of those that the servers of a role showed last; else does what Node.js does without it. */
export function showServerExpiry(metrics: ExpiryMetrics, role: string): ServerCheck {
  const expiries = new Map<string, number>();
  return (host, certificate) => {
    const ms = Date.parse(certificate.valid_to);
    if (!Number.isNaN(ms)) {
      expiries.set(host, ms);
      metrics.tlsCertificateExpiryTimestampSeconds.set({ role }, Math.min(...expiries.values()) / 1000);
    }
    return checkServerIdentity(host, certificate);
  };
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
