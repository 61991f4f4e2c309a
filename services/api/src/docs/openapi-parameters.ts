import { maxValues, type Parameter } from '../search/parameter.ts';

/** The parameters of a table in the query string of a URL. */
export function queryParameters(table: readonly Parameter[]): readonly object[] {
  return table.map((parameter) => {
    const { name, description, schema, list } = parameter;
    return {
      name,
      in: 'query',
      description: list ? `${description} Several: separated by commas, or repeated.` : description,
      schema: list ? { type: 'array', items: schema, minItems: 1, maxItems: maxValues(parameter) } : schema,
      ...(list && { style: 'form', explode: false }),
    };
  });
}
