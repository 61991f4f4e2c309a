import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { loadConfig } from '@paylog/shared/config/load-config';
import { readyLine } from '../src/ready-line.ts';

function lineFor(env: Record<string, string>): string {
  const loaded = loadConfig('standalone', env);
  assert.ok(loaded.ok);
  return readyLine(loaded.config, 8000);
}

describe('readyLine', () => {
  it('names an address that a browser opens, and where the records are', () => {
    assert.equal(
      lineFor({}),
      'Pay Log Aggregator is ready: http://localhost:8000 (docs http://localhost:8000/docs) - embedded queue and store in ./data',
    );
    assert.match(lineFor({ HOST: '::1' }), /ready: http:\/\/\[::1\]:8000 /);
    assert.match(lineFor({ HOST: '127.0.0.1' }), /ready: http:\/\/127\.0\.0\.1:8000 /);
  });

  it('names the brokers and the cluster, each side alone', () => {
    const brokers = { KAFKA_BROKERS: 'one:9092,two:9092' };
    const url = { ELASTICSEARCH_URL: 'http://search:9200' };
    assert.match(
      lineFor({ ...brokers, DATA_DIR: '/var/d' }),
      / - Kafka at one:9092,two:9092, embedded store in \/var\/d$/,
    );
    assert.match(lineFor(url), / - embedded queue in \.\/data, Elasticsearch at http:\/\/search:9200\/?$/);
    assert.match(
      lineFor({ ...brokers, ...url }),
      / - Kafka at one:9092,two:9092, Elasticsearch at http:\/\/search:9200\/?$/,
    );
  });
});
