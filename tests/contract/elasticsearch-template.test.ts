import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { createElasticsearchTemplateAdmin } from '@paylog/shared/elasticsearch/elasticsearch-template-admin';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import { TEMPLATE_VERSION } from '@paylog/shared/elasticsearch/index-template';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { StoreWriter } from '@paylog/shared/ports/store';
import type { TemplateAdmin } from '@paylog/shared/ports/template-admin';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { NEVER, statuses } from '@paylog/shared/testing/store-harness';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { callNode, ownPrefix, removePrefix, silentLogger, writerOptions } from './elasticsearch-harness.ts';
import { type GuardedTemplates, guardTemplates } from './guarded-templates.ts';

describe('index template of Elasticsearch, installed beforehand', function () {
  this.timeout(180_000);
  let node: ElasticsearchNode;
  let guarded: GuardedTemplates;
  let prefix: string;
  let writers: StoreWriter[];

  before(async function () {
    node = orSkip(this, await acquireElasticsearch());
    guarded = await guardTemplates(node.url);
  });
  beforeEach(() => {
    prefix = ownPrefix();
    writers = [];
  });
  afterEach(async () => {
    await Promise.all(writers.map((writer) => writer.stop()));
    await removePrefix(node.url, prefix);
  });
  after(async () => {
    await (guarded as GuardedTemplates | undefined)?.[Symbol.asyncDispose]();
    await (node as ElasticsearchNode | undefined)?.dispose();
  });

  const admin = (url = node.url): TemplateAdmin => createElasticsearchTemplateAdmin(writerOptions(url, prefix));
  /** A writer whose login may not manage templates. */
  const writer = (installTemplate: boolean): StoreWriter => {
    const made = createElasticsearchWriter(writerOptions(guarded.url, prefix, { installTemplate }), silentLogger);
    writers.push(made);
    return made;
  };
  const path = (): string => `/_index_template/paylog-${prefix}`;
  const setVersion = async (version: number | undefined): Promise<void> => {
    const found = (await callNode(node.url, 'GET', path())) as { index_templates: [{ index_template: object }] };
    await callNode(node.url, 'PUT', path(), { ...found.index_templates[0].index_template, version });
  };
  const store = (to: StoreWriter, id: string): ReturnType<StoreWriter['write']> =>
    to.write([storeDocument({ id, timestamp: timeOf('2026-11-20', 60) })], { signal: NEVER });

  it('is installed once, and found the next time', async () => {
    const installed = { name: `paylog-${prefix}`, version: TEMPLATE_VERSION };
    assert.deepEqual(await admin().install(), { ...installed, before: undefined });
    assert.deepEqual(await admin().install(), { ...installed, before: TEMPLATE_VERSION });
    assert.deepEqual(await admin().check(), installed);
  });

  it('is raised from an older version, or from none; a newer one is left alone', async () => {
    await admin().install();
    for (const before of [1, 0]) {
      await setVersion(before === 0 ? undefined : before);
      await assert.rejects(
        admin().check(),
        new RegExp(`has version ${before}, but version ${TEMPLATE_VERSION} or later`),
      );
      assert.deepEqual(await admin().install(), { name: `paylog-${prefix}`, before, version: TEMPLATE_VERSION });
    }
    await setVersion(1_000_000);
    assert.equal((await admin().install()).version, 1_000_000);
    assert.equal((await admin().check()).version, 1_000_000);
  });

  it('lets a writer work that may not install it', async () => {
    await assert.rejects(writer(true).start(), /cannot install the index template: HTTP 403: .* is unauthorized/);
    await admin().install();
    const already = guarded.refused.length;
    const checking = writer(false);
    await checking.start();
    assert.equal(checking.state().state, 'up');
    assert.deepEqual(statuses(await store(checking, 'a')), ['stored']);
    const index = `${prefix}-main-2026.11.20`;
    assert.deepEqual(await callNode(node.url, 'GET', `/${index}/_alias`), {
      [index]: { aliases: { [`paylog-${prefix}`]: {} } },
    });
    assert.equal(guarded.refused.length, already, 'it asks for nothing that it may not do');
  });

  it('stops the start of such a writer where it is missing or older, and not where it is newer', async () => {
    const name = `the index template paylog-${prefix}`;
    await assert.rejects(
      writer(false).start(),
      new RegExp(`^Error: ${name} does not exist, .*\`paylog template install\``),
    );
    await admin().install();
    await setVersion(1);
    await assert.rejects(
      writer(false).start(),
      new RegExp(`^Error: ${name} has version 1, but version ${TEMPLATE_VERSION}`),
    );
    await setVersion(TEMPLATE_VERSION + 1);
    await writer(false).start();
  });

  it('holds records back while it is gone, instead of making indices without it', async () => {
    const waiting = writer(false);
    const [outcome] = await store(waiting, 'a');
    assert.equal(outcome?.status, 'retryable');
    assert.equal(outcome.type, 'template_not_installed');
    assert.match(outcome.reason, /does not exist/);
    await admin().install();
    assert.deepEqual(statuses(await store(waiting, 'a')), ['stored']);
  });

  it('shows as a store that is down while it is gone, without traffic too', async () => {
    await admin().install();
    const checking = writer(false);
    await checking.start();
    const becomes = (state: string): Promise<void> =>
      waitUntil(
        () => checking.state().state === state,
        20_000,
        () => `${state}, have ${JSON.stringify(checking.state())}`,
      );
    await callNode(node.url, 'DELETE', path());
    await becomes('down');
    const { reason } = checking.state() as { readonly reason?: string };
    assert.match(reason ?? '', /the index template paylog-plt\w+ does not exist/);
    await admin().install();
    await becomes('up');
  });

  it('is refused where another template goes before it', async () => {
    const name = `/_index_template/${prefix}-foreign`;
    await callNode(node.url, 'PUT', name, { index_patterns: [`${prefix}-*`], priority: 9000, template: {} });
    try {
      await assert.rejects(admin().install(), /higher priority/);
    } finally {
      await callNode(node.url, 'DELETE', name);
    }
  });

  it('cannot be asked for where no node is: that is worth another try', async () => {
    const away = admin(`http://127.0.0.1:${String(await freePort())}`);
    await assert.rejects(away.install(), StoreUnavailableError);
    await assert.rejects(away.check(), StoreUnavailableError);
  });
});
