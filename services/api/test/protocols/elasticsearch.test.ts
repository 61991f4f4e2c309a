import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { protocolFor } from '../../src/protocols/routes.ts';
import { jsonOf, ProtocolSession, type QueuedRecord } from '../support/protocol-session.ts';

interface Cause {
  readonly type: string;
  readonly reason: string;
}

interface Item {
  readonly _index: string;
  readonly _id: string | null;
  readonly status: number;
  readonly error?: Cause;
}

interface BulkAnswer {
  readonly took: number;
  readonly errors: boolean;
  readonly items: readonly Readonly<Record<string, Item>>[];
}

const lines = (...values: readonly (object | string)[]): string =>
  values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');

async function bulk(
  session: ProtocolSession,
  body: string | Buffer,
  url = '/elasticsearch/_bulk',
): Promise<BulkAnswer> {
  const answer = await session.send('POST', url, body);
  assert.equal(answer.status, 200, answer.body.toString());
  assert.equal(answer.headers?.['X-Elastic-Product'], 'Elasticsearch');
  return jsonOf(answer) as BulkAnswer;
}

const statuses = ({ items }: BulkAnswer): number[] => items.map((item) => Object.values(item)[0]!.status);

async function only(action: object, document: object, session = new ProtocolSession()): Promise<QueuedRecord> {
  const answer = await bulk(session, lines(action, document));
  assert.deepEqual(statuses(answer), [201], JSON.stringify(answer));
  return session.records.at(-1)!;
}

const into = (_index: string): object => ({ create: { _index } });
const DOCUMENT = { message: 'm', service: 's' };

describe('Elasticsearch routes', () => {
  it('are the ones that write documents', () => {
    for (const route of [
      'POST /elasticsearch/_bulk',
      'PUT /elasticsearch/_bulk',
      'POST /elasticsearch/logs-a-b/_bulk',
      'POST /elasticsearch/logs/_doc',
      'PUT /elasticsearch/logs/_doc/1',
      'POST /elasticsearch/logs/_create/1',
      'PUT /elasticsearch/%3Clogs-%7Bnow%2Fd%7D%3E/_create/a%2Fb',
    ]) {
      const [method = '', path = ''] = route.split(' ');
      assert.equal(protocolFor(method, path, undefined)?.name, 'elasticsearch', route);
    }
  });

  it('leave everything else to the app', () => {
    for (const route of [
      'GET /elasticsearch/_bulk',
      'POST /_bulk',
      'POST /elasticsearch/',
      'POST /elasticsearch/_doc',
      'PUT /elasticsearch/logs/_doc',
      'PUT /elasticsearch/_index_template/_doc',
      'POST /elasticsearch/_ilm/_bulk',
      'POST /elasticsearch/logs/_doc/',
      'POST /elasticsearch/logs/_update/1',
      'POST /elasticsearch/logs/_doc/1/2',
      'POST /elasticsearch/%E0%A4%A/_bulk',
    ]) {
      const [method = '', path = ''] = route.split(' ');
      assert.equal(protocolFor(method, path, undefined), undefined, route);
    }
  });
});

describe('Elasticsearch _bulk', () => {
  it('answers each action in order, under its own name', async () => {
    const session = new ProtocolSession();
    const answer = await bulk(
      session,
      lines(
        { index: { _index: 'app', _id: 'a1' } },
        { message: 'one', service: 's' },
        { create: { _index: 'logs-pay-prod' } },
        { '@timestamp': '2026-11-20T08:00:00.123Z', message: 'two', 'service.name': 's', 'event.id': 'e2' },
        { create: { _index: 'app', _id: 'a3' } },
        { service: 's' },
      ),
    );
    assert.ok(answer.took >= 0 && answer.took < 60_000);
    const created = {
      _version: 1,
      result: 'created',
      _shards: { total: 1, successful: 1, failed: 0 },
      _seq_no: 0,
      _primary_term: 1,
      status: 201,
    };
    const error = { type: 'illegal_argument_exception', reason: '[missing_field] message is required: a string' };
    assert.deepEqual(answer, {
      took: answer.took,
      errors: true,
      items: [
        { index: { _index: 'app', _id: 'a1', ...created } },
        { create: { _index: 'logs-pay-prod', _id: 'e2', ...created } },
        { create: { _index: 'app', _id: 'a3', status: 400, error } },
      ],
    });
    assert.deepEqual(
      session.records.map(({ id, message }) => [id, message]),
      [
        ['a1', 'one'],
        ['e2', 'two'],
      ],
    );
  });

  it("takes the path's index where the action names none, CRLF, empty lines and no last line feed", async () => {
    const session = new ProtocolSession();
    const body =
      '\ufeff{"create":{}}\r\n{"message":"a","service":"s"}\r\n\r\n{"index":{"_index":"logs-x-y"}}\n{"message":"b","service":"s"}';
    const answer = await bulk(session, body, '/elasticsearch/logs-pay-prod/_bulk');
    assert.deepEqual(statuses(answer), [201, 201]);
    assert.deepEqual(
      session.records.map((record) => record.data_set),
      ['pay.prod', 'x.y'],
    );
  });

  it('takes documents without any index into the default data set', async () => {
    const session = new ProtocolSession();
    const answer = await bulk(session, lines({ create: {} }, DOCUMENT));
    assert.equal(answer.items[0]?.['create']?._index, 'logs-main');
    assert.deepEqual([session.records[0]?.data_set, session.records[0]?.['attributes']], ['main', undefined]);
  });

  it('takes actions as winston-elasticsearch and rsyslog write them', async () => {
    const session = new ProtocolSession();
    const answer = await bulk(
      session,
      lines('{"index":{"_index":"logs","pipeline":null},"attempts":0}', DOCUMENT) +
        lines('{"index":{"_index": "system","_type":"events","_id":7}}', DOCUMENT),
    );
    assert.deepEqual(statuses(answer), [201, 201]);
    assert.equal(session.records[1]?.id, '7');
  });

  it('refuses update and delete one by one, and knows that delete has no document', async () => {
    const session = new ProtocolSession();
    const answer = await bulk(
      session,
      lines({ delete: { _index: 'a', _id: '1' } }, { create: { _index: 'a' } }, DOCUMENT) +
        lines({ update: { _index: 'a', _id: '2' } }, { doc: { message: 'x' } }, { create: { _index: 'a' } }, DOCUMENT),
    );
    assert.deepEqual(statuses(answer), [400, 201, 400, 201]);
    assert.deepEqual(answer.items[2]?.['update']?.error, {
      type: 'illegal_argument_exception',
      reason: '[invalid_value] the action [update] is not supported: records are never changed; use index or create',
    });
    assert.equal(session.records.length, 2);
  });

  it('rejects a broken document alone and counts characters as its sender does', async () => {
    const session = new ProtocolSession();
    const answer = await bulk(
      session,
      lines(into('app'), '{"message":"m",}', into('logs-a-b'), '{"message":"m",}', into('app'), DOCUMENT),
    );
    const reason = '[invalid_json] not valid JSON at character 15';
    assert.deepEqual(
      answer.items.map((item) => item['create']?.error),
      [{ type: 'mapper_parsing_exception', reason }, { type: 'mapper_parsing_exception', reason }, undefined],
    );
    assert.equal(session.records.length, 1);
  });

  it('rejects bytes that are not UTF-8 alone', async () => {
    const session = new ProtocolSession();
    const body = Buffer.concat([
      Buffer.from(lines(into('app'))),
      Buffer.from('{"message":"caf\u00e9","service":"s"}\n', 'latin1'),
      Buffer.from(lines(into('app'), { message: 'caf\u00e9', service: 's' })),
    ]);
    const answer = await bulk(session, body);
    assert.deepEqual(statuses(answer), [400, 201]);
    assert.match(answer.items[0]?.['create']?.error?.reason ?? '', /^\[invalid_utf8\]/);
    assert.equal(session.records[0]?.['message'], 'caf\u00e9');
  });

  it('says which document is cut off', async () => {
    const answer = await bulk(new ProtocolSession(), lines(into('app'), DOCUMENT, into('app')));
    assert.deepEqual(statuses(answer), [201, 400]);
    assert.match(answer.items[1]?.['create']?.error?.reason ?? '', /line 3 has no document/);
  });

  for (const [what, line, reason] of [
    ['text', 'hello', 'not valid JSON'],
    ['an array', '[1]', 'expected an object'],
    ['an unknown action', '{"upsert":{}}', 'expected one of create, delete, index, update'],
    ['nothing', '{}', 'expected one of create, delete, index, update'],
    ['no metadata', '{"index":"a"}', 'expected an object behind index'],
    ['an index that is no name', '{"index":{"_index":{}}}', 'expected a simple value for field [_index]'],
    ['an id that is no name', '{"index":{"_id":[1]}}', 'expected a simple value for field [_id]'],
  ] as const) {
    it(`refuses the whole request for an action line with ${what}, naming the line`, async () => {
      const session = new ProtocolSession();
      const answer = await session.send('POST', '/elasticsearch/_bulk', lines(into('app'), DOCUMENT, line, DOCUMENT));
      assert.equal(answer.status, 400);
      const { error, status } = jsonOf(answer) as { error: Cause & { root_cause: Cause[] }; status: number };
      assert.ok(error.reason.startsWith(`Malformed action/metadata line [3], ${reason}`), error.reason);
      assert.deepEqual([status, error.type, error.root_cause[0]?.reason], [400, 'parse_exception', error.reason]);
      assert.equal(session.records.length, 0);
    });
  }

  it('refuses an empty body and too many actions', async () => {
    const session = new ProtocolSession({ maxRecords: 2 });
    assert.equal((await session.send('POST', '/elasticsearch/_bulk', '\n')).status, 400);
    const answer = await session.send('POST', '/elasticsearch/_bulk', lines(into('a'), DOCUMENT).repeat(3));
    assert.equal(answer.status, 413);
    assert.equal(session.records.length, 0);
  });

  it('asks for all documents again, one by one, while the queue takes none', async () => {
    for (const reason of ['unavailable', 'overloaded'] as const) {
      const session = new ProtocolSession({ outcome: { status: 'retryable', reason, message: 'no answer' } });
      const answer = await bulk(
        session,
        lines(into('a'), DOCUMENT, { index: { _id: 'x' } }, DOCUMENT, { delete: { _id: '1' } }),
      );
      assert.deepEqual(statuses(answer), [429, 429, 400]);
      assert.equal(answer.errors, true);
      assert.equal(answer.items[1]?.['index']?._id, 'x');
      assert.deepEqual(answer.items[0]?.['create']?.error, {
        type: 'es_rejected_execution_exception',
        reason: 'no answer; send it again',
      });
    }
  });
});

describe('Elasticsearch ids', () => {
  it('are used when the document brings none', async () => {
    for (const id of ['plain', 'caf\u00e9 \u{1f4b3}', '</x>', 'x'.repeat(256)]) {
      assert.equal((await only({ create: { _index: 'a', _id: id } }, DOCUMENT)).id, id);
    }
    assert.equal((await only({ create: { _id: 'outer' } }, { ...DOCUMENT, id: 'own' })).id, 'own');
  });

  it('are made, and answered, where there is none', async () => {
    const session = new ProtocolSession();
    const answer = await bulk(session, lines(into('a'), DOCUMENT, into('a'), DOCUMENT));
    const ids = answer.items.map((item) => item['create']?._id);
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(
      ids,
      session.records.map((record) => record.id),
    );
  });

  for (const [id, code] of [
    ['', 'invalid_value'],
    ['x'.repeat(257), 'too_long'],
    ['4111111111111111', 'sensitive_id'],
    ['a"b', 'invalid_value'],
    ['a\nb', 'invalid_value'],
  ] as const) {
    it(`are rejected with ${code}`, async () => {
      const session = new ProtocolSession();
      const answer = await bulk(session, lines({ create: { _id: id } }, DOCUMENT, into('a'), DOCUMENT));
      assert.deepEqual(statuses(answer), [400, 201]);
      assert.match(answer.items[0]?.['create']?.error?.reason ?? '', new RegExp(`^\\[${code}\\] the id must`));
    });
  }
});

describe('Elasticsearch index names', () => {
  for (const [index, dataSet, kept] of [
    ['logs-nginx-prod', 'nginx.prod', false],
    ['logs-nginx.access-default', 'nginx.access.default', false],
    ['logs-app-2026.11.20', 'main', true],
    ['logs-2026.11.20', 'main', true],
    ['logs-a-b-c', 'main', true],
    ['logs-Nginx-prod', 'main', true],
    [`logs-${'x'.repeat(60)}-prod`, 'main', true],
    ['metrics-nginx-prod', 'main', true],
    ['logs-4111111111111111-prod', 'main', true],
  ] as const) {
    it(`${index} is ${kept ? 'kept as an attribute' : `the data set ${dataSet}`}`, async () => {
      const record = await only(into(index), DOCUMENT);
      assert.equal(record.data_set, dataSet);
      const name = index.replace('4111111111111111', '411111******1111');
      assert.deepEqual(record['attributes'], kept ? { index: name } : undefined);
    });
  }

  it('become data sets up to the limit; what was let in stays', async () => {
    const session = new ProtocolSession({ maxDataSets: 1 });
    const seen: unknown[] = [];
    for (const index of ['logs-a-x', 'logs-b-x', 'logs-a-x']) {
      const { data_set, attributes } = await only(into(index), DOCUMENT, session);
      seen.push([data_set, attributes]);
    }
    assert.deepEqual(seen, [
      ['a.x', undefined],
      ['main', { index: 'logs-b-x' }],
      ['a.x', undefined],
    ]);
  });

  it('never take the place of what the document says', async () => {
    assert.deepEqual((await only(into('app'), { ...DOCUMENT, index: 5 }))['attributes'], { index: 5 });
    assert.deepEqual((await only(into('app'), { ...DOCUMENT, attributes: { index: 5 } }))['attributes'], {
      index: 5,
      'top.index': 'app',
    });
    assert.deepEqual((await only(into('app'), { ...DOCUMENT, attributes: { a: 1 } }))['attributes'], {
      a: 1,
      index: 'app',
    });
    assert.deepEqual((await only(into('app'), { ...DOCUMENT, a: { index: 1 } }))['attributes'], {
      index: 'app',
      a: { index: 1 },
    });
    assert.deepEqual((await only(into('a"b'), { ...DOCUMENT, a: 1 }))['attributes'], { index: 'a"b', a: 1 });
  });
});

describe('Elasticsearch documents without a service', () => {
  for (const [what, document, service] of [
    ['ECS', { service: { name: 'checkout' }, container: { name: 'c' } }, 'checkout'],
    [
      'Kubernetes, Beats',
      { kubernetes: { labels: { app_kubernetes_io: { name: 'no' } }, container: { name: 'k' } } },
      'k',
    ],
    [
      'Kubernetes labels',
      { kubernetes: { labels: { 'app.kubernetes.io/name': 'shop' }, container: { name: 'k' } } },
      'shop',
    ],
    ['Kubernetes, Fluent Bit', { log: 'm', kubernetes: { container_name: 'web' } }, 'web'],
    ['Docker, Fluentd', { container_name: '/web' }, '/web'],
    ['dotted names', { 'container.name': 'dotted' }, 'dotted'],
    ['half dotted names', { 'kubernetes.container': { name: 'half' } }, 'half'],
    ['a process', { process: { name: 'sshd', pid: 1 }, agent: { name: 'host' } }, 'sshd'],
    ['a module of Filebeat', { service: { type: 'nginx' }, agent: { name: 'host' } }, 'nginx'],
    ['its own attributes', { attributes: { programname: 'cron' } }, 'cron'],
    ['the shipper', { agent: { name: 'host-1' } }, 'host-1'],
    ['names of no use', { container: { name: '' }, process: { name: 5 }, agent: { name: 'x'.repeat(257) } }, 'app'],
  ] as const) {
    it(`have the one of ${what}`, async () => {
      const record = await only(into('app-2026.11.20'), { message: 'm', ...document });
      assert.equal(record['service'], service);
    });
  }

  for (const [index, service] of [
    ['logs-nginx.access-prod', 'nginx.access'],
    ['filebeat-8.19.4-2026.11.20', 'filebeat-8.19.4'],
    ['app-2026.11.20-000001', 'app'],
    ['pino', 'pino'],
    ['card-4111111111111111', 'card-411111******1111'],
  ] as const) {
    it(`have ${service} in ${index}`, async () => {
      assert.equal((await only(into(index), { message: 'm' }))['service'], service);
    });
  }

  it('are rejected when nothing names one', async () => {
    const answer = await bulk(new ProtocolSession(), lines({ create: {} }, { message: 'm' }));
    assert.match(answer.items[0]?.['create']?.error?.reason ?? '', /^\[missing_field\] service/);
  });
});

describe('Elasticsearch messages', () => {
  for (const document of [
    { message: 'm' },
    { log: 'm', stream: 'stderr' },
    { event: 'm' },
    { MESSAGE: 'm' },
    { event: { original: 'm' } },
    { message: 'm', event: { original: 'raw' }, log: { level: 'info' } },
  ]) {
    it(`are found in ${JSON.stringify(document)}`, async () => {
      assert.equal((await only(into('app'), document))['message'], 'm');
    });
  }
});

describe('Elasticsearch _doc and _create', () => {
  it('answer one document', async () => {
    const session = new ProtocolSession();
    const answer = await session.send('PUT', '/elasticsearch/logs-pay-prod/_create/a%2Fb', JSON.stringify(DOCUMENT), {
      'content-type': 'application/json',
    });
    assert.equal(answer.status, 201);
    assert.deepEqual(jsonOf(answer), {
      _index: 'logs-pay-prod',
      _id: 'a/b',
      _version: 1,
      result: 'created',
      _shards: { total: 1, successful: 1, failed: 0 },
      _seq_no: 0,
      _primary_term: 1,
    });
    assert.deepEqual([session.records[0]?.id, session.records[0]?.data_set], ['a/b', 'pay.prod']);
  });

  it('take a document over several lines', async () => {
    const session = new ProtocolSession();
    const body = JSON.stringify(DOCUMENT, null, 2);
    const answer = await session.send('POST', '/elasticsearch/app/_doc?filter_path=_id', body);
    assert.deepEqual([answer.status, jsonOf(answer)], [201, { _id: session.records[0]?.id }]);
    assert.deepEqual(session.records[0]?.['attributes'], { index: 'app' });
  });

  it('say why a document is rejected', async () => {
    const answer = await new ProtocolSession().send('POST', '/elasticsearch/app/_doc', '{"message":5,"service":"s"}');
    assert.equal(answer.status, 400);
    const cause = { type: 'mapper_parsing_exception', reason: '[invalid_type] message must be a string' };
    assert.deepEqual(jsonOf(answer), { error: { root_cause: [cause], ...cause }, status: 400 });
    assert.equal((await new ProtocolSession().send('POST', '/elasticsearch/app/_doc', '')).status, 400);
  });

  it('ask for it again while the queue takes none', async () => {
    const outcome = { status: 'retryable', reason: 'unavailable', message: 'no answer' } as const;
    const answer = await new ProtocolSession({ outcome }).send(
      'POST',
      '/elasticsearch/a/_doc',
      JSON.stringify(DOCUMENT),
    );
    assert.deepEqual([answer.status, answer.retryAfterSeconds], [429, 1]);
  });
});

describe('Elasticsearch media types', () => {
  const answerTo = (headers: Readonly<Record<string, string>>) =>
    new ProtocolSession().send('POST', '/elasticsearch/_bulk', lines(into('a'), DOCUMENT), headers);

  for (const [contentType, accept, expected] of [
    ['application/x-ndjson', undefined, 'application/json'],
    ['application/json; charset=utf-8', '*/*', 'application/json'],
    [
      'application/vnd.elasticsearch+x-ndjson; compatible-with=8',
      'application/vnd.elasticsearch+json; compatible-with=8',
      'application/vnd.elasticsearch+json;compatible-with=8',
    ],
    [
      'application/vnd.elasticsearch+x-ndjson;compatible-with=9',
      undefined,
      'application/vnd.elasticsearch+json;compatible-with=9',
    ],
  ] as const) {
    it(`${contentType} is answered with ${expected}`, async () => {
      const answer = await answerTo({ 'content-type': contentType, ...(accept !== undefined && { accept }) });
      assert.deepEqual([answer.status, answer.contentType], [200, expected]);
    });
  }

  it('of other kinds are refused in words of Elasticsearch', async () => {
    for (const headers of [
      {},
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'text/plain' },
    ]) {
      const answer = await answerTo(headers);
      assert.equal(answer.status, 406);
      assert.equal(answer.headers?.['X-Elastic-Product'], 'Elasticsearch');
      assert.equal((jsonOf(answer) as { error: Cause }).error.type, 'media_type_header_exception');
    }
  });
});

describe('Elasticsearch filter_path', () => {
  const filtered = async (filterPath: string): Promise<unknown> => {
    const body = lines(
      { create: { _index: 'a', _id: '1' } },
      DOCUMENT,
      { index: { _index: 'a', _id: '2' } },
      { service: 's' },
    );
    return bulk(new ProtocolSession(), body, `/elasticsearch/_bulk?filter_path=${encodeURIComponent(filterPath)}`);
  };
  const error = { type: 'illegal_argument_exception', reason: '[missing_field] message is required: a string' };

  it('of Beats and Logstash', async () => {
    assert.deepEqual(await filtered('errors,items.*.error,items.*.status'), {
      errors: true,
      items: [{ create: { status: 201 } }, { index: { status: 400, error } }],
    });
  });

  it('of others', async () => {
    assert.deepEqual(await filtered('errors'), { errors: true });
    assert.deepEqual(await filtered('items.*.error.type'), { items: [{ index: { error: { type: error.type } } }] });
    assert.deepEqual(await filtered('-took,-items'), { errors: true });
    assert.deepEqual(await filtered('items.c*'), {
      items: [((await filtered('items')) as BulkAnswer).items[0]],
    });
    assert.deepEqual(await filtered('**._id,errors,-items.index'), { errors: true, items: [{ create: { _id: '1' } }] });
    assert.deepEqual(await filtered('items.*._*n*x'), {
      items: [{ create: { _index: 'a' } }, { index: { _index: 'a' } }],
    });
    assert.deepEqual(await filtered('nothing'), {});
  });
});
