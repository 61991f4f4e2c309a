import type { SearchParameters } from './search-client.ts';

/** A path with parameters in its query string; lists are repeated. */
export function pathWith(path: string, parameters: SearchParameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) for (const each of value as readonly string[]) query.append(name, each);
    else query.append(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
