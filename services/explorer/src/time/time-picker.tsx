import { useState } from 'preact/hooks';
import { navigate, runAgain, urlState } from '../app-state.ts';
import { histogram } from '../search/search-state.ts';
import { Icon } from '../shell/icon.tsx';
import { Popover } from '../shell/popover.tsx';
import { zone } from '../state/preferences.ts';
import {
  describeRange,
  formatTime,
  isRelative,
  readTyped,
  TIME_PRESETS,
  type TimeRange,
  timeToMs,
  zonedName,
  zoomedOut,
} from './time-range.ts';
import './time-picker.css';

const REFRESH_CHOICES: readonly (readonly [number, string])[] = [
  [0, 'No refresh'],
  [5, 'Every 5 s'],
  [10, 'Every 10 s'],
  [30, 'Every 30 s'],
  [60, 'Every 1 min'],
  [300, 'Every 5 min'],
];

/** Which stretch of time is looked at, and how often it is looked at again. */
export function TimePicker() {
  const [isOpen, setOpen] = useState(false);
  const { from, to, refresh } = urlState.value;
  const label = describeRange({ from, to }, zone.value);
  const choose = (range: TimeRange): void => {
    setOpen(false);
    goTo(range);
  };
  return (
    <div class="time-picker">
      <button
        type="button"
        class="button time-picker-range"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={`Time range: ${label}`}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="clock" />
        <span>{label}</span>
        <Icon name="down" />
      </button>
      <button
        type="button"
        class="button"
        aria-label="Zoom out"
        title="Zoom out"
        onClick={zoomOut}
        disabled={from === ''}
      >
        <Icon name="zoomOut" />
      </button>
      <label class="time-refresh">
        <span class="unseen">Auto-refresh</span>
        <select
          class="field"
          title="Auto-refresh"
          value={String(refresh)}
          onChange={(event) => navigate({ refresh: Number(event.currentTarget.value) }, { replace: true })}
        >
          {REFRESH_CHOICES.map(([seconds, text]) => (
            <option key={seconds} value={String(seconds)}>
              {text}
            </option>
          ))}
          {!REFRESH_CHOICES.some(([seconds]) => seconds === refresh) && (
            <option value={String(refresh)}>Every {refresh} s</option>
          )}
        </select>
      </label>
      {isOpen && (
        <Popover label="Time range" class="time-popover" onClose={() => setOpen(false)}>
          <RangeForm from={from} to={to} onChoose={choose} />
        </Popover>
      )}
    </div>
  );
}

/** Another range of time; the same once more runs the search again. */
function goTo({ from, to }: TimeRange): void {
  if (from === urlState.value.from && to === urlState.value.to) runAgain();
  else navigate({ from, to, record: undefined });
}

function zoomOut(): void {
  const nowMs = Date.now();
  const shown = histogram.value.value;
  const { from, to } = urlState.value;
  const fromMs = timeToMs(from, nowMs) ?? timeToMs(shown?.from ?? '', nowMs) ?? nowMs - 900_000;
  goTo(zoomedOut({ fromMs, toMs: timeToMs(to, nowMs) ?? nowMs }, nowMs));
}

interface RangeFormProps extends TimeRange {
  readonly onChoose: (range: TimeRange) => void;
}

function RangeForm({ from, to, onChoose }: RangeFormProps) {
  const shown = (text: string): string => {
    const ms = text === '' || isRelative(text) ? undefined : timeToMs(text, 0);
    return ms === undefined ? text : formatTime(ms, zone.value, { short: true });
  };
  const [typedFrom, setFrom] = useState(shown(from));
  const [typedTo, setTo] = useState(shown(to));
  const [fault, setFault] = useState<string>();
  const apply = (): void => {
    const nowMs = Date.now();
    const range = { from: readTyped(typedFrom, zone.value), to: readTyped(typedTo, zone.value) };
    if (range.from === undefined) setFault('“From” is no time: write 2026-11-23 10:00, or -15m for a time before now.');
    else if (range.to === undefined) setFault('“To” is no time: write 2026-11-23 11:00, now, or leave it empty.');
    else if ((timeToMs(range.from, nowMs) ?? 0) >= (timeToMs(range.to, nowMs) ?? Infinity)) {
      setFault('“From” has to be before “To”.');
    } else onChoose({ from: range.from, to: range.to });
  };
  return (
    <>
      <ul class="plain time-presets" aria-label="Ranges">
        {TIME_PRESETS.map((preset) => (
          <li key={preset.label}>
            <button
              type="button"
              class="button button-quiet"
              aria-pressed={preset.from === from && preset.to === to}
              onClick={() => onChoose(preset)}
            >
              {preset.label}
            </button>
          </li>
        ))}
      </ul>
      <form
        class="time-form"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <label>
          From
          <input
            class="field"
            value={typedFrom}
            placeholder="2026-11-23 10:00"
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <label>
          To
          <input
            class="field"
            value={typedTo}
            placeholder="now"
            onInput={(event) => setTo(event.currentTarget.value)}
          />
        </label>
        <p class="muted">Times are in {zonedName(zone.value)}. Also understood: -90m, 2026-11-23T10:00:00Z.</p>
        {fault !== undefined && (
          <p class="time-fault" role="alert">
            {fault}
          </p>
        )}
        <button type="submit" class="button button-primary">
          Apply
        </button>
      </form>
    </>
  );
}
