import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { openApiDocument } from '../../src/docs/openapi.ts';
import { ingestRoute } from '../../src/ingest/ingest-route.ts';
import { protocolFor } from '../../src/protocols/routes.ts';

describe('the route of an ingest request', () => {
  it('is a path of the OpenAPI document, for every protocol', () => {
    const { paths } = openApiDocument('1.0.0') as { readonly paths: Readonly<Record<string, unknown>> };
    const asked = [
      ['/api/v1/logs', 'application/json'],
      ['/api/v1/logs', 'application/x-ndjson'],
      ['/elasticsearch/app/_bulk', 'application/x-ndjson'],
      ['/v1/logs', 'application/json'],
      ['/v1/logs', 'application/x-protobuf'],
      ['/loki/api/v1/push', 'application/json'],
      ['/services/collector/event', undefined],
    ] as const;
    const names = asked.map(([path, type]) => protocolFor('POST', path, type)?.name ?? 'none');
    assert.equal(new Set(names).size, asked.length);
    assert.deepEqual(
      names.filter((name) => !(ingestRoute(name) in paths)),
      [],
    );
  });
});
