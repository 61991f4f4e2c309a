import { Component } from 'preact';
import type { LogRecord } from '../api-types.ts';
import { formatTime, type ZoneName } from '../time/time-range.ts';
import { Icon } from '../shell/icon.tsx';
import { levelOf } from './level-of.ts';
import { recordTimeMs, textOf, valueAt } from './record-values.ts';

interface RecordRowProps {
  readonly record: LogRecord;
  /** Place in the list, from 0. */
  readonly row: number;
  readonly columns: readonly string[];
  readonly isOpen: boolean;
  readonly zone: ZoneName;
  /** The same function at every rendering. */
  readonly onToggle: (row: number) => void;
}

/** Enough for the widest screen; the rest is in the details. */
const MOST_CHARACTERS = 2000;
/** What a person who hears the page needs to know which row it is. */
const NAME_CHARACTERS = 80;

/** One record on one line (or several, when messages wrap). While one scrolls, rows that stay in sight are not drawn again. */
export class RecordRow extends Component<RecordRowProps> {
  override shouldComponentUpdate(next: RecordRowProps): boolean {
    const { record, row, columns, isOpen, zone } = this.props;
    return (
      next.record !== record ||
      next.row !== row ||
      next.columns !== columns ||
      next.isOpen !== isOpen ||
      next.zone !== zone
    );
  }

  override render(props: RecordRowProps) {
    return drawRow(props);
  }
}

function drawRow({ record, row, columns, isOpen, zone, onToggle }: RecordRowProps) {
  const time = formatTime(recordTimeMs(record), zone);
  const level = levelOf(record.level);
  return (
    <div
      class={`record-row record-row-${level}${isOpen ? ' record-row-open' : ''}`}
      // For the pointer; the keyboard has the button.
      onClick={(event) => {
        const isButton = event.target instanceof Element && event.target.closest('button, a') !== null;
        if (!isButton && (getSelection()?.isCollapsed ?? true)) onToggle(row);
      }}
    >
      <span role="cell">
        <button
          type="button"
          class="record-toggle"
          aria-expanded={isOpen}
          aria-label={`Details of ${time} ${record.message.slice(0, NAME_CHARACTERS)}`}
          onClick={() => onToggle(row)}
        >
          <Icon name={isOpen ? 'down' : 'right'} />
        </button>
      </span>
      <time role="cell" class="cell-time" title={String(record.timestamp ?? record.received_at)}>
        <span class="cell-date">{time.slice(0, 11)}</span>
        <b>{time.slice(11)}</b>
      </time>
      {columns.map((name) => (
        <Cell key={name} record={record} name={name} />
      ))}
    </div>
  );
}

function Cell({ record, name }: { readonly record: LogRecord; readonly name: string }) {
  if (name === 'level') {
    const level = levelOf(record.level);
    return (
      <span role="cell" class={`cell-level level level-${level}`}>
        {level.toUpperCase()}
      </span>
    );
  }
  const text = textOf(valueAt(record, name)).slice(0, MOST_CHARACTERS);
  return (
    <span role="cell" class={`cell cell-${name === 'message' || name === 'service' ? name : 'other'}`}>
      {text}
      {name === 'message' && record.error && <ErrorHint error={record.error} />}
    </span>
  );
}

function ErrorHint({ error }: { readonly error: NonNullable<LogRecord['error']> }) {
  const text = [error.type, error.message].filter((part) => part !== undefined && part !== '').join(': ');
  return text === '' ? null : <span class="cell-error"> {text.slice(0, 300)}</span>;
}
