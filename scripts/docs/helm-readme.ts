import { isMap, isNode, isPair, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml';
import { generatedFrom, table } from './markdown.ts';

interface Value {
  readonly path: string;
  readonly default: string;
  readonly meaning: string;
}

const INTRODUCTION = `API and indexer of Pay Log Aggregator on Kubernetes 1.30 or later, beside a Kafka and an Elasticsearch that are there already. How to
scale, upgrade, secure and watch it stands in [docs/kubernetes.md](../../../docs/kubernetes.md).

\`\`\`sh
helm upgrade --install logs infra/helm/pay-log-aggregator --namespace logs --create-namespace \\
  --set image.registry=registry.example.com/payments \\
  --set 'kafka.brokers={kafka.kafka.svc:9092}' --set elasticsearch.url=http://elasticsearch.elastic.svc:9200
helm test logs --namespace logs
\`\`\`

The images are published nowhere: build them ([docs/docker.md](../../../docs/docker.md)), push them to a registry of yours, and name it.

\`values-dev.yaml\`, \`values-staging.yaml\` and \`values-prod.yaml\` are examples to begin with. Values are checked against
\`values.schema.json\`: what is misspelled or out of range is refused, and so are values that contradict each other.`;

/** The chart's README: a table of what `values.yaml` says in comments that begin with `--`. Throws when a value has no such comment. */
export function helmReadme(valuesYaml: string): string {
  const { contents } = parseDocument(valuesYaml);
  if (!isMap(contents)) throw new Error('values.yaml is not a map');
  const general: Value[] = [];
  const sections: string[] = [];
  for (const [key, value, comment] of entriesOf(contents)) {
    const values = valuesOf(key, value, comment);
    if (isDocumented(value)) sections.push(section(key, comment, values));
    else general.push(...values);
  }
  return [
    generatedFrom('values.yaml'),
    '# Helm chart pay-log-aggregator',
    INTRODUCTION,
    '## Values',
    valueTable(general),
    ...sections,
  ].join('\n\n');
}

function section(key: string, comment: string | undefined, values: readonly Value[]): string {
  return [`### \`${key}\``, ...(comment === undefined ? [] : [comment]), valueTable(values)].join('\n\n');
}

function valueTable(values: readonly Value[]): string {
  return table(
    ['Value', 'Default', 'Meaning'],
    values.map((value) => [`\`${value.path}\``, `\`${value.default}\``, value.meaning]),
  );
}

/** One value, or those below it where these are the ones that are explained. */
function valuesOf(path: string, value: unknown, comment: string | undefined): readonly Value[] {
  if (isMap(value) && isDocumented(value)) {
    return entriesOf(value).flatMap(([key, inner, about]) => valuesOf(`${path}.${key}`, inner, about));
  }
  if (comment === undefined) throw new Error(`values.yaml: ${path} has no comment that begins with "--"`);
  return [{ path, default: flow(value), meaning: comment }];
}

function isDocumented(value: unknown): value is YAMLMap {
  return isMap(value) && entriesOf(value).some(([, inner, comment]) => comment !== undefined || isDocumented(inner));
}

function entriesOf(map: YAMLMap): readonly (readonly [string, unknown, string | undefined])[] {
  return map.items.filter(isPair).map((pair, index) => {
    const { key, value } = pair;
    if (!isScalar(key)) throw new Error('values.yaml: a key is not a text');
    // What stands before the first key belongs to the map.
    const before = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    return [String(key.value), value, meaningOf(before)] as const;
  });
}

function meaningOf(comment: string | null | undefined): string | undefined {
  const text = comment?.split(/^ ?-- /m)[1];
  return text
    ?.split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

function flow(value: unknown): string {
  const plain: unknown = isNode(value) ? value.toJSON() : value;
  return stringify(plain, { collectionStyle: 'flow', lineWidth: 0, singleQuote: true, indent: 1 })
    .replaceAll(/\s+/g, ' ')
    .trim();
}
