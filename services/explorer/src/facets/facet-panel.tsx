import { useEffect, useState } from 'preact/hooks';
import { getFacets } from '../api-client.ts';
import type { Facet, Filter, ValueCount } from '../api-types.ts';
import { navigate, queryText } from '../app-state.ts';
import { hasFilter, withFilter, withoutFilter, type ValueFilter } from '../query/query-edits.ts';
import { countOf, formatCount } from '../records/format-count.ts';
import { currentFilter, facets } from '../search/search-state.ts';
import { Icon } from '../shell/icon.tsx';
import { facetFields } from '../state/preferences.ts';
import { AddFacet } from './add-facet.tsx';
import './facets.css';

/** Values from this many on get a box to search in them. */
const MANY = 6;
/** Values that one request counts at most. */
const MOST_VALUES = 100;

/** How often which values occur in what was found; a click narrows the query. */
export function FacetPanel() {
  const { value, problem, isLoading } = facets.value;
  return (
    <div class="facets" aria-busy={isLoading}>
      {problem && <p class="muted facets-note">No counts: {problem.message}.</p>}
      {facetFields.value.map((field) => (
        <FacetGroup key={field} field={field} facet={value?.find((facet) => facet.field === field)} />
      ))}
      <AddFacet />
    </div>
  );
}

interface FacetGroupProps {
  readonly field: string;
  readonly facet: Facet | undefined;
}

function FacetGroup({ field, facet }: FacetGroupProps) {
  const [typed, setTyped] = useState('');
  const more = useMoreValues(field, typed.trim() !== '');
  const values = more ?? facet?.values ?? [];
  const shown = values.filter(({ value }) => value.toLowerCase().includes(typed.trim().toLowerCase()));
  const sum = values.reduce((total, { count }) => total + count, facet?.others ?? 0);
  const remove = (): void => {
    facetFields.value = facetFields.value.filter((name) => name !== field);
  };
  return (
    <section class="facet" role="group" aria-label={field}>
      <div class="facet-head">
        <h3 title={field}>{field}</h3>
        <button
          type="button"
          class="button button-quiet button-small"
          aria-label={`Remove facet ${field}`}
          onClick={remove}
        >
          <Icon name="close" />
        </button>
      </div>
      {(facet?.values.length ?? 0) >= MANY && (
        <input
          class="field facet-search"
          type="search"
          aria-label={`Search values of ${field}`}
          placeholder="Search values"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <ul class="plain">
        {shown.map(({ value, count }) => (
          <FacetValue key={value} field={field} value={value} count={count} share={sum === 0 ? 0 : count / sum} />
        ))}
      </ul>
      {facet && values.length === 0 && <p class="muted facets-note">No values</p>}
      {facet && values.length > 0 && shown.length === 0 && (
        <p class="muted facets-note">Not among the most frequent values</p>
      )}
      {facet && facet.others > 0 && <p class="muted facets-note">{formatCount(facet.others)} in other values</p>}
      {facet && !facet.exact && <p class="muted facets-note">Counted in the newest records only</p>}
    </section>
  );
}

/** As many values of the field as one request counts, once they are searched in. */
function useMoreValues(field: string, isWanted: boolean): readonly ValueCount[] | undefined {
  const [more, setMore] = useState<{ readonly filter: Filter; readonly values: readonly ValueCount[] }>();
  const filter = currentFilter.value;
  useEffect(() => {
    if (!isWanted) return undefined;
    const cancel = new AbortController();
    getFacets({ ...filter, fields: field, limit: MOST_VALUES }, { signal: cancel.signal }).then(
      (answer) => setMore({ filter, values: answer.facets[0]?.values ?? [] }),
      () => undefined,
    );
    return () => cancel.abort();
  }, [field, isWanted, filter]);
  return isWanted && more?.filter === filter ? more.values : undefined;
}

interface FacetValueProps {
  readonly field: string;
  readonly value: string;
  readonly count: number;
  readonly share: number;
}

function FacetValue({ field, value, count, share }: FacetValueProps) {
  const query = queryText.value;
  const isOnly = hasFilter(query, { field, value });
  const isOut = hasFilter(query, { field, value, not: true });
  const toggle = (filter: ValueFilter, isSet: boolean): void => {
    navigate({ query: isSet ? withoutFilter(query, filter) : withFilter(query, filter), record: undefined });
  };
  const records = countOf(count, 'record');
  return (
    <li class="facet-value">
      <button
        type="button"
        class="facet-only"
        aria-pressed={isOnly}
        aria-label={`Only ${field} ${value}, ${records}`}
        title={`${value}: only these (with Alt: without them)`}
        onClick={(event) => {
          if (event.altKey) toggle({ field, value, not: true }, isOut);
          else toggle({ field, value }, isOnly);
        }}
      >
        <span class="facet-bar" style={{ width: `${Math.max(share * 100, 1)}%` }} />
        {field === 'level' && <span class={`swatch swatch-${value}`} />}
        <span class="facet-name">{value}</span> <span class="facet-count">{formatCount(count)}</span>
      </button>
      <button
        type="button"
        class="facet-out"
        aria-pressed={isOut}
        aria-label={`Without ${field} ${value}`}
        title="Without these"
        onClick={() => toggle({ field, value, not: true }, isOut)}
      >
        <Icon name="minus" />
      </button>
    </li>
  );
}
