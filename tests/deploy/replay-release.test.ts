import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { testedBlocks } from '../clients/markdown-blocks.ts';
import { acquireHelm, ENVIRONMENTS, type Helm, only, type Resource, root } from './support/helm-chart.ts';

const APIS = ['keda.sh/v1alpha1', 'monitoring.coreos.com/v1', 'gateway.networking.k8s.io/v1'];
/** What would take its place beside the usual release, or be seen by Prometheus or from outside. */
const UNWANTED = [
  'Ingress',
  'HTTPRoute',
  'ScaledObject',
  'HorizontalPodAutoscaler',
  'ServiceMonitor',
  'PrometheusRule',
];

const named = ({ kind, metadata }: Resource): string => `${kind} ${metadata.name}`;

/** Settings of both processes by the ConfigMap that they stand in, without the release's name. */
function settings(resources: readonly Resource[], fullname: string): Map<string, Readonly<Record<string, string>>> {
  return new Map(
    resources
      .filter(({ kind, metadata }) => kind === 'ConfigMap' && !metadata.name.includes('dashboard'))
      .map(({ metadata, data = {} }) => [metadata.name.replace(fullname, ''), data]),
  );
}

describe('the release that replays (docs/disaster-recovery.md)', function () {
  this.timeout(60_000);
  let helm: Helm;
  let values: object;

  before(async function () {
    helm = await acquireHelm(this);
    const page = await readFile(path.join(root, 'docs', 'disaster-recovery.md'), 'utf8');
    const block = testedBlocks(page).find(({ options }) => options.get('name')?.[0] === 'replay-values');
    assert.ok(block);
    values = parse(block.text) as object;
  });

  for (const environment of ENVIRONMENTS) {
    it(`is that of ${environment} beside it, with a group of its own and nothing that is in its way`, async () => {
      const usual = await helm.resources({ environment, apiVersions: APIS });
      const replay = await helm.resources({ environment, values, apiVersions: APIS });
      const names = new Set(usual.map(named));
      const tests = (resource: Resource): boolean => resource.kind === 'Pod';
      assert.deepEqual(replay.filter((each) => names.has(named(each)) && !tests(each)).map(named), []);
      assert.deepEqual(replay.filter(({ kind }) => UNWANTED.includes(kind)).map(named), []);
      const { spec } = only(replay, 'Deployment', '-indexer');
      assert.equal(spec.replicas, 3);

      const [before, now] = [settings(usual, 'logs-pay-log-aggregator'), settings(replay, 'logs-replay')];
      assert.ok(before.size > 0);
      assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
      let changed = 0;
      for (const [name, data] of now) {
        for (const [key, value] of Object.entries(data)) {
          if (value === before.get(name)?.[key]) continue;
          assert.deepEqual([key, value], ['KAFKA_GROUP', 'paylog-replay-1']);
          changed += 1;
        }
        assert.deepEqual(Object.keys(data).sort(), Object.keys(before.get(name) ?? {}).sort());
      }
      assert.ok(changed > 0);
    });
  }
});
