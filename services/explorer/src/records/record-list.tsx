import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { LogRecord } from '../api-types.ts';
import { navigate, openRecordId, urlState } from '../app-state.ts';
import { loadNextPage, MAX_ROWS, nextPage, records } from '../search/search-state.ts';
import { density, zone } from '../state/preferences.ts';
import { zonedName } from '../time/time-range.ts';
import { columnTitle, gridTemplate } from './columns.ts';
import { formatCount } from './format-count.ts';
import { isNearEnd, itemOfRow, listItems, rowOfItem } from './list-window.ts';
import { currentRow, rowToShow } from './list-state.ts';
import { RecordDetail } from './record-detail.tsx';
import { RecordRow } from './record-row.tsx';
import { useVirtualList } from './use-virtual-list.ts';
import './record-list.css';

/** Details are this high until they are measured. */
const DETAIL_HEIGHT = 420;
/** As `.records-head` is high. */
const HEAD_HEIGHT = 27;
const NARROW = '(width < 720px)';

/** What was found, row by row; only the rows in sight are in the page. */
export function RecordList({ rows }: { readonly rows: readonly LogRecord[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { columns, wrap, order } = urlState.value;
  const openId = openRecordId.value;
  const openIndex = openId === undefined ? -1 : rows.findIndex(({ id }) => id === openId);
  const layout = listItems(rows.length, openIndex);
  const rowHeight = useRowHeight();
  const { items, list } = useVirtualList({
    count: layout.count,
    headHeight: HEAD_HEIGHT,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback(
      (index) => (index === layout.detail ? DETAIL_HEIGHT : rowHeight),
      [layout.detail, rowHeight],
    ),
    // The list works out every place anew for another function: a new one while scrolling would cost dearly.
    getItemKey: useCallback(
      (index) => (index === layout.detail ? 'detail' : rowOfItem(index, layout)),
      [layout.detail],
    ),
  });

  useLayoutEffect(() => list.measure(), [rowHeight, wrap, columns, list]);
  useFollowKeyboard((row) => list.scrollToIndex(itemOfRow(row, layout), { align: 'auto' }));
  useShowOpenRecord(openIndex, (row) => list.scrollToIndex(itemOfRow(row, layout), { align: 'start' }));
  const lastSeen = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && isNearEnd(lastSeen, layout.count, items.length)) void loadNextPage();
  }, [lastSeen, rows, layout.count]);

  return (
    <div
      ref={scroller}
      class={wrap ? 'records records-wrap' : 'records'}
      role="table"
      aria-label="Records"
      aria-rowcount={rows.length + 1}
      aria-busy={records.value.isLoading}
      tabIndex={0}
      style={{ '--grid': gridTemplate(columns) }}
    >
      <div role="rowgroup" class="records-head">
        <div role="row" aria-rowindex={1} class="record-row">
          <span role="columnheader">
            <span class="unseen">Details</span>
          </span>
          <span
            role="columnheader"
            aria-sort={order === 'desc' ? 'descending' : 'ascending'}
            title={zonedName(zone.value)}
          >
            Time
          </span>
          {columns.map((name) => (
            <span key={name} role="columnheader" class={`cell-${name}`} title={name}>
              {columnTitle(name)}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="records-body" style={{ height: `${list.getTotalSize()}px` }}>
        {items.map((item) => {
          const row = rowOfItem(item.index, layout);
          const record = rows[row];
          if (record === undefined) return null;
          const isDetail = item.index === layout.detail;
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={isDetail ? undefined : row + 2}
              aria-current={!isDetail && currentRow.value === row ? 'true' : undefined}
              data-index={item.index}
              ref={isDetail || wrap ? list.measureElement : null}
              class={isDetail ? 'record-item record-item-detail' : 'record-item'}
              style={{ transform: `translateY(${item.start - HEAD_HEIGHT}px)` }}
            >
              {isDetail ? (
                <RecordDetail record={record} onClose={() => toggleRow(row)} />
              ) : (
                <RecordRow
                  record={record}
                  row={row}
                  columns={columns}
                  isOpen={row === openIndex}
                  zone={zone.value}
                  onToggle={toggleRow}
                />
              )}
            </div>
          );
        })}
      </div>
      <ListEnd count={rows.length} />
    </div>
  );
}

/** Opens the record of a row, or closes it; the keyboard goes on from there. */
function toggleRow(row: number): void {
  const id = records.value.value?.rows[row]?.id;
  currentRow.value = row;
  navigate({ record: id === openRecordId.value ? undefined : id }, { replace: true });
}

/** Rows have the height that the styles say, which depends on density and on the width of the window. */
function useRowHeight(): number {
  const isNarrow = matchMedia(NARROW).matches;
  const row = density.value === 'compact' ? 21 : 26;
  return isNarrow ? row * 2 : row;
}

/** Where `j` and `k` lead is scrolled into sight and gets the focus. */
function useFollowKeyboard(scrollTo: (row: number) => void): void {
  const row = rowToShow.value;
  useEffect(() => {
    if (row === undefined) return;
    rowToShow.value = undefined;
    scrollTo(row);
    // The row may have to be drawn first.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        document
          .querySelector<HTMLElement>(`.records [aria-rowindex="${row + 2}"] button`)
          ?.focus({ preventScroll: true });
      });
    });
  }, [row]);
}

/** A shared link to a record shows it where it stands in the list. */
function useShowOpenRecord(openIndex: number, scrollTo: (row: number) => void): void {
  const isShown = useRef(false);
  useEffect(() => {
    if (openIndex < 0 || isShown.current) return;
    isShown.current = true;
    if (openIndex > 5) scrollTo(openIndex);
  }, [openIndex]);
}

function ListEnd({ count }: { readonly count: number }) {
  const { isLoading, problem } = nextPage.value;
  const hasMore = records.value.value?.nextCursor !== null;
  let text = `End of the list: ${count === 1 ? '1 record' : `${formatCount(count)} records`}.`;
  if (problem) {
    return (
      <p class="records-end" role="alert">
        The next records could not be loaded: {problem.message}.{' '}
        <button type="button" class="link" onClick={() => void loadNextPage()}>
          Try again
        </button>
      </p>
    );
  }
  if (isLoading || hasMore) text = 'Loading more ...';
  if (count >= MAX_ROWS) {
    text = `The list ends after ${formatCount(MAX_ROWS)} records: narrow the time range or the query, or export all of them.`;
  }
  return <p class="records-end muted">{text}</p>;
}
