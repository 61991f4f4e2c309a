import type { CountedField, RecordFilter } from '@paylog/shared/ports/store';
import { fieldName } from '@paylog/shared/query/resolve-field';
import { FILTER_PARAMETERS } from '../search/filter-parameters.ts';
import { integerParameter, type Parameter, type ParameterFault, SHORT_SCHEMA } from '../search/parameter.ts';
import { countedField } from './counted-field.ts';
import type { ExploreRequest, ExploreRoute } from './explore-route.ts';

interface FacetsValues extends RecordFilter {
  readonly fields?: readonly CountedField[];
  readonly limit?: number;
}

/** As the store port has it. */
const MAX_FIELDS = 20;
const DEFAULT_LIMIT = 10;
const DEFAULT_FIELDS = ['service', 'level', 'environment', 'error.type', 'payment.status'] as const;

const PARAMETERS: readonly Parameter<FacetsValues>[] = [
  ...FILTER_PARAMETERS,
  {
    list: true,
    most: MAX_FIELDS,
    name: 'fields',
    description: `Fields whose values are counted, by their names in queries: keywords, numbers and attributes. Absent: ${DEFAULT_FIELDS.join(', ')}.`,
    schema: { ...SHORT_SCHEMA, examples: ['service', 'payment.status', 'attributes.region'] },
    expected: `1 to ${MAX_FIELDS} fields`,
    read: readFields,
  },
  integerParameter('limit', 'Most values of each field.', { min: 1, max: 100, byDefault: DEFAULT_LIMIT }, (limit) => ({
    limit,
  })),
];

/** `GET /api/v1/facets` */
export const FACETS_ROUTE: ExploreRoute<FacetsValues> = {
  path: '/facets',
  parameters: PARAMETERS,
  answer: answerFacets,
};

function readFields(names: readonly string[]): FacetsValues | ParameterFault | undefined {
  const fields = new Map<string, CountedField>();
  for (const name of names) {
    if (name === '') return undefined;
    const counted = countedField(name);
    if (!('field' in counted)) return counted;
    fields.set(fieldName(counted.field), counted.field);
  }
  return { fields: [...fields.values()] };
}

async function answerFacets({ values, searcher, signal, tookMs }: ExploreRequest<FacetsValues>): Promise<string> {
  const { fields = defaultFields(), limit = DEFAULT_LIMIT, ...filter } = values;
  const found = await searcher.facets({ filter, fields, limit }, { signal });
  const facets = fields.map((field, index) => ({
    field: fieldName(field),
    type: field.type === 'number' ? 'number' : 'keyword',
    values: found[index]?.values ?? [],
    others: found[index]?.others ?? 0,
    exact: found[index]?.exact ?? true,
  }));
  return JSON.stringify({ facets, took_ms: tookMs() });
}

function defaultFields(): readonly CountedField[] {
  return DEFAULT_FIELDS.map((name) => ({ type: 'keyword', name }));
}
