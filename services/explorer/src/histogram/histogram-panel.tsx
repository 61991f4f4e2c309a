import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Histogram } from '../api-types.ts';
import { navigate } from '../app-state.ts';
import { formatCount } from '../records/format-count.ts';
import { histogram } from '../search/search-state.ts';
import { Icon } from '../shell/icon.tsx';
import { density, isSystemDark, theme, zone } from '../state/preferences.ts';
import { formatTime, rangeBetween } from '../time/time-range.ts';
import { drawChart } from './chart.ts';
import { histogramData, type HistogramData } from './histogram-data.ts';
import './histogram.css';

/** How many records there are over time, by level. Dragging over it, or a click on a bar, narrows the time range. */
export function HistogramPanel() {
  const [asTable, setAsTable] = useState(false);
  const { value, isLoading, problem } = histogram.value;
  const data = useMemo(() => value && histogramData(value), [value]);
  return (
    <section class="histogram" aria-label="Records over time" aria-busy={isLoading}>
      <div class="histogram-head">
        <ul class="plain histogram-legend" aria-label="Levels">
          {data?.series.map(({ level, total }) => (
            <li key={level}>
              <span class={`swatch swatch-${level}`} /> {level} <b>{formatCount(total)}</b>
            </li>
          ))}
        </ul>
        {value && <span class="muted histogram-interval">{value.interval} per bar</span>}
        <button type="button" class="button button-quiet button-small" onClick={() => setAsTable(!asTable)}>
          <Icon name={asTable ? 'chart' : 'table'} /> {asTable ? 'Show as chart' : 'Show as table'}
        </button>
      </div>
      <div class="histogram-body">
        {problem && <p class="muted histogram-problem">No histogram: {problem.message}.</p>}
        {value && data && (asTable ? <HistogramTable data={data} /> : <Chart data={data} answer={value} />)}
      </div>
    </section>
  );
}

interface ChartProps {
  readonly data: HistogramData;
  readonly answer: Histogram;
}

function Chart({ data, answer }: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  // Colors come from the styles: another theme draws anew.
  const look = `${theme.value} ${isSystemDark.value} ${density.value} ${zone.value}`;
  useEffect(() => {
    const box = ref.current;
    if (box === null || data.startsMs.length === 0) return undefined;
    return drawChart(box, data, {
      fromMs: Date.parse(answer.from),
      toMs: Date.parse(answer.to),
      zone: zone.value,
      onSelect: (aMs, bMs) => navigate({ ...rangeBetween(aMs, bMs), record: undefined }),
    });
  }, [data, answer, look]);
  return <div ref={ref} class="histogram-chart" aria-hidden="true" />;
}

/** The same for those who do not see the chart, or want the numbers. */
function HistogramTable({ data }: { readonly data: HistogramData }) {
  return (
    <div class="histogram-table" tabIndex={0} role="group" aria-label="Records over time, as a table">
      <table aria-label="Records over time">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Records</th>
            {data.series.map(({ level }) => (
              <th key={level} scope="col">
                {level}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.startsMs.map((startMs, index) => (
            <tr key={startMs}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  onClick={() =>
                    navigate({ ...rangeBetween(startMs, data.endsMs[index] ?? startMs), record: undefined })
                  }
                >
                  {formatTime(startMs, zone.value, { short: true })}
                </button>
              </th>
              <td>{formatCount(data.counts[index] ?? 0)}</td>
              {data.series.map(({ level, counts }) => (
                <td key={level}>{formatCount(counts[index] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
