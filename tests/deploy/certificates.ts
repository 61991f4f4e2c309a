import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** A certificate of 127.0.0.1 that signs itself and expires in so many days, made by openssl; returns the path of its PEM file, its key is beside it. */
export async function makeCertificate(directory: string, days: number): Promise<string> {
  const file = path.join(directory, `ca-${days}.pem`);
  const key = path.join(directory, `ca-${days}.key`);
  const names = ['-subj', '/CN=test authority', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', file];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  await promisify(execFile)('openssl', ['req', '-x509', '-nodes', ...kind, '-days', String(days), ...names]);
  return file;
}
