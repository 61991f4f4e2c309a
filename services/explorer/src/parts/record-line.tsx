import { useState } from 'preact/hooks';
import type { LogRecord } from '../api-types.ts';
import { levelOf } from '../records/level-of.ts';
import { recordTimeMs } from '../records/record-values.ts';
import { RecordJson } from './record-json.tsx';
import './record-line.css';

interface RecordLineProps {
  readonly record: LogRecord;
  /** What stands in front: an offset or a time of day. */
  readonly time: string;
  /** The record that the others are around. */
  readonly isMarked?: boolean;
}

/** A record on one line; opens to all of it. */
export function RecordLine({ record, time, isMarked = false }: RecordLineProps) {
  const [isOpen, setOpen] = useState(false);
  const level = levelOf(record.level);
  return (
    <li class="record-line" data-marked={isMarked} aria-current={isMarked ? 'true' : undefined}>
      <button
        type="button"
        class="record-line-button"
        aria-expanded={isOpen ? 'true' : 'false'}
        data-level={level}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="record-line-time" title={new Date(recordTimeMs(record)).toISOString()}>
          {time}
        </span>
        <span class="part-level" data-level={level}>
          {level}
        </span>
        <span class="record-line-service">{record.service}</span>
        <span class="record-line-message">
          {isMarked && <span class="record-line-mark">this record</span>}
          <bdi>{record.message}</bdi>
          {record.error?.type !== undefined && <span class="record-line-error"> {record.error.type}</span>}
        </span>
      </button>
      {isOpen && (
        <div class="record-line-record">
          <RecordJson record={record} />
        </div>
      )}
    </li>
  );
}
