import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualListOptions {
  readonly count: number;
  readonly getScrollElement: () => HTMLElement | null;
  readonly estimateSize: (index: number) => number;
  readonly getItemKey: (index: number) => string | number;
  /** Height of the header, which lies over the top of the list. */
  readonly headHeight: number;
}

/** The part of a long list that is in sight. Renders again while one scrolls. */
export function useVirtualList(options: VirtualListOptions): {
  readonly items: readonly VirtualItem[];
  readonly list: Virtualizer<HTMLElement, HTMLElement>;
} {
  const [, render] = useState(0);
  const { headHeight, ...given } = options;
  const all = {
    ...given,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => render((turn) => turn + 1),
  };
  const kept = useRef<Virtualizer<HTMLElement, HTMLElement> | undefined>(undefined);
  const list = (kept.current ??= new Virtualizer<HTMLElement, HTMLElement>(all));
  list.setOptions(all);
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => {
    list._willUpdate();
  });
  return { items: list.getVirtualItems(), list };
}
