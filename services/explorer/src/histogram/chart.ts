import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount } from '../records/format-count.ts';
import { formatTime, type ZoneName } from '../time/time-range.ts';
import type { HistogramData } from './histogram-data.ts';

/** What the chart covers and whom it tells. */
export interface ChartOptions {
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: ZoneName;
  /** A stretch was dragged over, or a bar was clicked. */
  readonly onSelect: (aMs: number, bMs: number) => void;
}

/** A drag shorter than this is a click. */
const CLICK_PIXELS = 4;
/** Part of its interval that a bar fills. */
const BAR_WIDTH = 0.86;

/** Draws the chart into a box and follows the box's width; the function that comes back takes it away. */
export function drawChart(box: HTMLElement, data: HistogramData, options: ChartOptions): () => void {
  const color = colorReader(box);
  const tip = document.createElement('div');
  tip.className = 'histogram-tip';
  tip.hidden = true;
  const paths = uPlot.paths.bars?.({ size: [BAR_WIDTH, Infinity, 1], align: 1 });
  // The tallest part is drawn first and the lower ones over it: together they are a stack.
  const drawn = [...data.series].reverse();
  const font = '11px system-ui, sans-serif';
  const axis = { stroke: color('--text-muted'), font, ticks: { show: false } };
  const grid = { stroke: color('--border'), width: 1 };
  const zoned = (ms: number): Date => (options.zone === 'utc' ? uPlot.tzDate(new Date(ms), 'Etc/UTC') : new Date(ms));
  const plot: uPlot = new uPlot(
    {
      width: Math.max(box.clientWidth, 1),
      height: Math.max(box.clientHeight, 1),
      ms: 1,
      padding: [6, 0, 0, 0],
      legend: { show: false },
      tzDate: zoned,
      scales: {
        x: { time: true, min: options.fromMs, max: Math.max(options.toMs, data.endsMs.at(-1) ?? 0) },
        y: { range: (_, __, max) => [0, Math.max(max * 1.04, 1)] },
      },
      series: [
        {},
        ...drawn.map(({ level }) => ({
          ...(paths && { paths }),
          fill: color(`--bar-${level}`),
          width: 0,
          points: { show: false },
        })),
      ],
      axes: [
        {
          ...axis,
          size: 22,
          gap: 3,
          space: 90,
          grid: { show: false },
          values: (_, splits, __, ___, step) => timeLabels(splits, step, zoned),
        },
        {
          ...axis,
          size: 44,
          gap: 4,
          space: 26,
          grid,
          incrs: [
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1e8,
          ],
          values: (_, splits) => splits.map(shortCount),
        },
      ],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: CLICK_PIXELS },
      },
      hooks: {
        setCursor: [(self) => showTip(self, tip, data, options.zone)],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < CLICK_PIXELS) return;
            options.onSelect(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'));
          },
        ],
        ready: [
          (self) => {
            self.over.append(tip);
            self.over.addEventListener('click', () => {
              if (self.select.width >= CLICK_PIXELS) return;
              const index = bucketAt(self, data);
              if (index !== undefined) options.onSelect(data.startsMs[index] ?? 0, data.endsMs[index] ?? 0);
            });
          },
        ],
      },
    },
    [[...data.startsMs], ...drawn.map(({ tops }) => [...tops])],
    box,
  );
  const observer = new ResizeObserver(() => {
    if (box.clientWidth > 0) plot.setSize({ width: box.clientWidth, height: box.clientHeight });
  });
  observer.observe(box);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}

/** Reads what a custom property means in the theme that is shown: `light-dark()` is worked out where a color is used only. */
function colorReader(box: HTMLElement): (name: string) => string {
  const probe = document.createElement('span');
  probe.hidden = true;
  box.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  return (name) => {
    const color = read(name);
    queueMicrotask(() => probe.remove());
    return color;
  };
}

/** The interval under the pointer. */
function bucketAt(plot: uPlot, { startsMs, endsMs }: HistogramData): number | undefined {
  const { left } = plot.cursor;
  if (left === undefined || left < 0) return undefined;
  const ms = plot.posToVal(left, 'x');
  const index = startsMs.findLastIndex((start) => start <= ms);
  return index >= 0 && ms < (endsMs[index] ?? 0) ? index : undefined;
}

function showTip(plot: uPlot, tip: HTMLElement, data: HistogramData, zone: ZoneName): void {
  const index = bucketAt(plot, data);
  tip.hidden = index === undefined;
  if (index === undefined) return;
  const lines = [
    `${formatTime(data.startsMs[index] ?? 0, zone, { short: true })} to ${formatTime(data.endsMs[index] ?? 0, zone, { short: true }).slice(11)}`,
    ...data.series.flatMap(({ level, counts }) =>
      (counts[index] ?? 0) > 0 ? [`${level} ${formatCount(counts[index] ?? 0)}`] : [],
    ),
  ];
  tip.replaceChildren(
    ...lines.map((text) => {
      const line = document.createElement('div');
      line.textContent = text;
      return line;
    }),
  );
  const left = plot.cursor.left ?? 0;
  const isRight = left > plot.over.clientWidth / 2;
  tip.style.left = isRight ? '' : `${left + 12}px`;
  tip.style.right = isRight ? `${plot.over.clientWidth - left + 12}px` : '';
}

/** `12k` instead of 12,000. */
function shortCount(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e4 ? `${value / 1e3}k` : String(value);
}

const DAY_MS = 86_400_000;

/** Times of day within a day, dates beyond, in the zone of the chart; the day is said where it begins. */
function timeLabels(splits: readonly number[], step: number, zoned: (ms: number) => Date): string[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  return splits.map((ms) => {
    const date = zoned(ms);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    const day = `${date.toLocaleString('en-US', { month: 'short' })} ${date.getDate()}`;
    if (step >= DAY_MS || (isMidnight && step >= 60_000)) return day;
    const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
    if (step >= 60_000) return time;
    return step >= 1000
      ? `${time}:${two(date.getSeconds())}`
      : `${time}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  });
}
