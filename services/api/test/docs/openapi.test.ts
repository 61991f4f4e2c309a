import assert from 'node:assert/strict';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, it } from 'mocha';
import { RECORD_PROPERTIES } from '@paylog/shared/record/record-schema';
import { createApp } from '../../src/app.ts';
import { RECORD_SCHEMA_PROPERTIES } from '../../src/docs/openapi-schemas.ts';
import { openApiDocument } from '../../src/docs/openapi.ts';
import { protocolFor } from '../../src/protocols/routes.ts';
import { makeParts, startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

interface MediaType {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly schema: object; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;
}

interface Layer {
  readonly handle: unknown;
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

const document = openApiDocument('0.0.0');
const operations = Object.entries<object>(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    operation: operation as Operation,
  })),
);
const documented = operations.map(({ method, path }) => `${method} ${path}`).sort();

/** Routes that write records: they stand before the app. */
const INGEST_ROUTES = [
  'POST /api/v1/logs',
  'POST /elasticsearch/_bulk',
  'PUT /elasticsearch/_bulk',
  'POST /elasticsearch/{index}/_bulk',
  'PUT /elasticsearch/{index}/_bulk',
  'POST /elasticsearch/{index}/_doc',
  'POST /elasticsearch/{index}/_doc/{id}',
  'PUT /elasticsearch/{index}/_doc/{id}',
  'POST /elasticsearch/{index}/_create/{id}',
  'PUT /elasticsearch/{index}/_create/{id}',
  'POST /v1/logs',
  'POST /loki/api/v1/push',
  'POST /services/collector',
  'POST /services/collector/1.0',
  'POST /services/collector/event',
  'POST /services/collector/event/1.0',
  'POST /services/collector/raw',
  'POST /services/collector/raw/1.0',
  'POST /services/collector/ack',
];

/** Every method and path that the app answers, read from its routers. */
function routesOfApp(): string[] {
  const { parts } = makeParts({ searcher: new ModelSearcher() });
  const prefixes = new Map<unknown, string>([
    [parts.search, '/api/v1/logs'],
    [parts.explore, '/api/v1'],
    [parts.streams, '/api/v1'],
    [parts.status, '/api/v1'],
    [parts.health, ''],
    [parts.docs, ''],
    [parts.explorer, ''],
    [parts.elasticsearch, '/elasticsearch'],
    [parts.loki, ''],
    [parts.splunkHec, ''],
  ]);
  const stackOf = (router: unknown): readonly Layer[] => (router as { readonly stack: readonly Layer[] }).stack;
  const routesOf = (stack: readonly Layer[], prefix: string): string[] =>
    stack.flatMap(({ handle, route }) => {
      if (route) {
        const path = `${prefix}${route.path === '/' && prefix !== '' ? '' : route.path}`.replace(/:(\w+)/g, '{$1}');
        return Object.keys(route.methods)
          .filter((method) => method !== '_all')
          .map((method) => `${method.toUpperCase()} ${path}`);
      }
      if (typeof handle !== 'function' || !('stack' in handle)) return [];
      const mounted = prefixes.get(handle);
      assert.notEqual(mounted, undefined, 'a router that this test does not know');
      return routesOf(stackOf(handle), String(mounted));
    });
  return routesOf(stackOf(createApp(parts).router), '');
}

describe('the OpenAPI document', () => {
  it('has every route of the app, and no other', () => {
    for (const route of INGEST_ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      assert.ok(protocolFor(method, path, 'application/json'), `${route} stands before the app`);
    }
    assert.deepEqual([...routesOfApp(), ...INGEST_ROUTES].sort(), documented);
  });

  it('names routes that answer', async () => {
    const searcher = new ModelSearcher([
      JSON.stringify({
        ...{ message: 'm', service: 's', id: 'evt-8f14e45f', trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' },
        payment: { id: 'pay_123', status: 'captured' },
      }),
    ]);
    await using server = await startAppServer({ searcher });
    for (const { method, path, operation } of operations.filter(
      (each) => !INGEST_ROUTES.includes(`${each.method} ${each.path}`),
    )) {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        String(operation.parameters?.find((parameter) => parameter.name === name)?.example),
      );
      const body = operation.requestBody?.content['application/json']?.example;
      const response = await server.get(filled, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const success = operation.responses[String(response.status)];
      assert.ok(response.status < 400 && success, `${method} ${filled}: ${response.status}`);
      const type = response.headers.get('content-type')?.split(';')[0] ?? '';
      const content = success.content && (success.content[type] ?? success.content['*/*']);
      assert.equal(content !== undefined, success.content !== undefined, `${method} ${filled}: ${type}`);
      if (type === 'application/json' && content)
        assertValid(content.schema, await response.json(), `${method} ${filled}`);
      // A stream of events has no end.
      else if (type === 'text/event-stream') await response.body?.cancel();
      else await response.arrayBuffer();
    }
  }).timeout(60_000);

  it('has examples that its own schemas accept', () => {
    let checked = 0;
    const check = (schema: object, value: unknown, where: string): void => {
      assertValid(schema, value, where);
      checked++;
    };
    for (const { method, path, operation } of operations) {
      const contents = [
        operation.requestBody?.content,
        ...Object.values(operation.responses).map(({ content }) => content),
      ];
      for (const content of contents) {
        for (const [type, { schema, example, examples = {} }] of Object.entries(content ?? {})) {
          if (example !== undefined) check(schema, example, `${method} ${path} ${type}`);
          for (const [name, { value }] of Object.entries(examples))
            check(schema, value, `${method} ${path} ${type} ${name}`);
        }
      }
      for (const { name, schema, example } of operation.parameters ?? [])
        if (example !== undefined) check(schema, example, `${path} ${name}`);
    }
    assert.ok(checked > 40, `${checked} examples`);
  }).timeout(60_000);

  it('has schemas that refuse what is wrong', () => {
    const refuses = (name: string, value: unknown): void => {
      assert.equal(validator({ $ref: `#/components/schemas/${name}` })(value), false, JSON.stringify(value));
    };
    refuses('Search', { levle: 'warn' });
    refuses('Search', { limit: 1001 });
    refuses('Search', { level: [] });
    refuses('Record', { service: 's' });
    refuses('Problem', { code: 'nonsense' });
    refuses('SearchAnswer', { logs: [] });
  });

  it('knows the fields of a record', () => {
    assert.deepEqual(Object.keys(RECORD_SCHEMA_PROPERTIES).sort(), Object.keys(RECORD_PROPERTIES).sort());
    for (const [name, schema] of Object.entries(RECORD_PROPERTIES)) {
      const inner = (value: object): string[] =>
        Object.keys('properties' in value ? (value.properties as object) : {}).sort();
      assert.deepEqual(inner(RECORD_SCHEMA_PROPERTIES[name]!), inner(schema), name);
    }
  });

  it('is OpenAPI 3.1 without a fault', async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        // There is no authentication yet, a probe has no parameters to be wrong, and / redirects.
        'security-defined': 'off',
        'operation-4xx-response': 'off',
        'operation-2xx-response': 'off',
        // Elasticsearch's own paths are: an index is called by its name, everything else has an underscore in front.
        'no-ambiguous-paths': 'off',
      },
    });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`),
      [],
    );
  });

  it('would be told of a fault', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const broken = {
      ...document,
      paths: { '/x': { get: { responses: { '200': { $ref: '#/nowhere' } }, parameters: 1 } } },
    };
    const rules = (await lintFromString({ source: JSON.stringify(broken), config })).map(({ ruleId }) => ruleId);
    assert.ok(rules.includes('no-unresolved-refs') && rules.includes('struct'), rules.join());
  });
});

function validator(schema: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const text = JSON.stringify(schema);
  // Most schemas refer to nothing: without the components they are compiled in no time.
  const whole = text.includes('"$ref"') ? JSON.stringify({ ...schema, components: document.components }) : text;
  return ajv.compile(JSON.parse(whole) as object);
}

function assertValid(schema: object, value: unknown, where: string): void {
  const validate = validator(schema);
  assert.ok(validate(value), `${where}: ${JSON.stringify(validate.errors)}`);
}
