import assert from 'node:assert/strict';
import type { PeerCertificate } from 'node:tls';
import { describe, it } from 'mocha';
import { firstExpiryMs, showServerExpiry } from '../../src/composition/certificate-expiry.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

/** Made by openssl; their keys are gone. */
const SOON = `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUSIG3dKMCG9n83Qwx2hSvNMsVz/AwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNYXV0aG9yaXR5IDEwMDAeFw0yNjExMjMxOTExNDBaFw0yNzAz
MDMxOTExNDBaMBgxFjAUBgNVBAMMDWF1dGhvcml0eSAxMDAwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARwLMPwG6KTiZiOvmh5FDpsB3YIyVWFS0nkGjkiXShQtEaB
P6ML7QwBeaxog7U2bV7VJ1DUzALoWIWv96kfFAAZo1MwUTAdBgNVHQ4EFgQUXem/
fqn/OlLG25fJ7EJyEFNG9C8wHwYDVR0jBBgwFoAUXem/fqn/OlLG25fJ7EJyEFNG
9C8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAvZ2kIWG1k8Iv
0nR/tIRhtgmjTtoUOauqvxBhw94lkX8CIE97mVxpHK8EMBIEN8X1/s021sjA05RZ
t2JBdkq5Zl8J
-----END CERTIFICATE-----`;
const LATE = `-----BEGIN CERTIFICATE-----
MIIBhjCCAS2gAwIBAgIUaKYUyBMkcUuAEMNPDMA5dFcvMM8wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOYXV0aG9yaXR5IDQwMDAwHhcNMjYxMTIzMTkxMTQwWhcNMzcx
MTA1MTkxMTQwWjAZMRcwFQYDVQQDDA5hdXRob3JpdHkgNDAwMDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABHbUbuzxMSb0vrXsgO6qUtMKHloXlBe48sm8BN0ooC26
mz1HeJfVAtZ6+FrHvm4OJ2hsoJig49pY2UR2v2RMlw2jUzBRMB0GA1UdDgQWBBQL
BV2g5eVoh19ljshfsVx2dKF77TAfBgNVHSMEGDAWgBQLBV2g5eVoh19ljshfsVx2
dKF77TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIEs+svQc0yKY
BqW5Jzladq/UCafa5VG6U1KJTucy7E1/AiBez6lGfr4ebW4e/pMPhS5bYc/6TqK5
ErAF2SZW5ErxDg==
-----END CERTIFICATE-----`;

describe('firstExpiryMs', () => {
  it('is when the first of the certificates of a file expires, wherever it stands', () => {
    assert.equal(firstExpiryMs(LATE), Date.parse('2037-11-05T19:11:40Z'));
    for (const file of [`${LATE}\n${SOON}\n`, `# the old one\n${SOON}\n\n${LATE}`]) {
      assert.equal(firstExpiryMs(file), Date.parse('2027-03-03T19:11:40Z'));
    }
  });

  it('leaves out what cannot be read', () => {
    const broken = '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----';
    assert.equal(firstExpiryMs(`${broken}\n${LATE}`), Date.parse('2037-11-05T19:11:40Z'));
    assert.equal(firstExpiryMs(broken), undefined);
    assert.equal(firstExpiryMs('no certificate'), undefined);
  });
});

describe('showServerExpiry', () => {
  it('shows the first of what the servers showed last, and checks names as Node.js does', async () => {
    const metrics = createMetrics();
    const check = showServerExpiry(metrics, 'kafka_server');
    // Of what a handshake gives only this is looked at.
    const shown = (day: string) =>
      ({ valid_to: day, subjectaltname: 'DNS:kafka-1, DNS:kafka-2' }) as unknown as PeerCertificate;
    const expirySeconds = async (): Promise<number> =>
      Number(/expiry_timestamp_seconds\{role="kafka_server"\} (\S+)/.exec(await metrics.render())?.[1]);
    assert.equal(check('kafka-1', shown('Mar  3 19:11:40 2027 GMT')), undefined);
    assert.equal(check('kafka-2', shown('Nov  5 19:11:40 2037 GMT')), undefined);
    assert.equal(await expirySeconds(), Date.parse('2027-03-03T19:11:40Z') / 1000);
    check('kafka-1', shown('Nov  6 19:11:40 2037 GMT'));
    assert.equal(await expirySeconds(), Date.parse('2037-11-05T19:11:40Z') / 1000);
    assert.match(String(check('kafka-3', shown('Nov  6 19:11:40 2037 GMT'))), /altnames/);
  });
});
