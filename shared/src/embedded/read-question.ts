import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  SearchRequest,
  SearchResult,
} from '../ports/store.ts';

/** What the reading thread is asked, apart from single documents. */
export type ReadQuestion =
  | { readonly op: 'search'; readonly request: SearchRequest }
  | { readonly op: 'histogram'; readonly request: HistogramRequest }
  | { readonly op: 'facets'; readonly request: FacetsRequest };

/** The answer to a {@link ReadQuestion} of the same `op`. */
export type ReadAnswer =
  | { readonly op: 'search'; readonly result: SearchResult }
  | { readonly op: 'histogram'; readonly result: readonly HistogramBucket[] }
  | { readonly op: 'facets'; readonly result: readonly Facet[] };
