import { MAX_VALUES, type Parameter } from '../search/parameter.ts';

/** The parameters of a table in the query string of a URL. */
export function queryParameters(table: readonly Parameter[]): readonly object[] {
  return table.map(({ name, description, schema, list }) => ({
    name,
    in: 'query',
    description: list ? `${description} Several: separated by commas, or repeated.` : description,
    schema: list ? { type: 'array', items: schema, minItems: 1, maxItems: MAX_VALUES } : schema,
    ...(list && { style: 'form', explode: false }),
  }));
}
