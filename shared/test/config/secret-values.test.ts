import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { secretValues } from '../../src/config/secret-values.ts';
import { createLogCleaner } from '../../src/telemetry/log-cleaner.ts';

describe('the values of secret settings', () => {
  it('are those of all that are marked, as they were given', () => {
    const env = {
      KAFKA_SASL_PASSWORD: ' open sesame ',
      ELASTICSEARCH_API_KEY: 'key',
      LOG_LEVEL: 'warn',
      HOME: '/root',
    };
    assert.deepEqual([...secretValues(env)].sort(), ['key', 'open sesame']);
    assert.deepEqual(secretValues({ KAFKA_SASL_PASSWORD: ' ' }), []);
  });

  it('are each header alone too: a collector that refuses one may repeat it', () => {
    const headers = 'x-api-key=s3cr3t-key%20value, authorization=Bearer%20plain-words,x-scope=t1';
    for (const key of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']) {
      const clean = createLogCleaner(secretValues({ [key]: headers }));
      for (const [told, shown] of [
        ['refused s3cr3t-key value', 'refused ***'],
        ['refused s3cr3t-key%20value', 'refused ***'],
        ['unknown token plain-words', 'unknown token ***'],
        ['Bearer plain-words', '***'],
        [headers, '***'],
      ] as const) {
        assert.equal(clean(told), shown);
      }
    }
  });
});
