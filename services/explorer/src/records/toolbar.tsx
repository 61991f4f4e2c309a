import { useEffect, useState } from 'preact/hooks';
import type { FieldInfo } from '../api-types.ts';
import { navigate, urlState } from '../app-state.ts';
import { bestMatches } from '../query/completion.ts';
import { knownFields } from '../query/suggestions.ts';
import { records } from '../search/search-state.ts';
import { Icon } from '../shell/icon.tsx';
import { Popover } from '../shell/popover.tsx';
import { DEFAULT_COLUMNS } from '../state/url-state.ts';
import { moveColumn, toggleColumn } from './columns.ts';
import { countOf, formatCount } from './format-count.ts';
import './toolbar.css';

/** How much was found, and how the list shows it. */
export function Toolbar() {
  const { wrap, order } = urlState.value;
  const [choosing, setChoosing] = useState(false);
  return (
    <div class="toolbar">
      <p class="toolbar-total" role="status">
        <Total />
      </p>
      <button
        type="button"
        class="button button-quiet button-small"
        title="Change the order"
        onClick={() => navigate({ order: order === 'desc' ? 'asc' : 'desc', record: undefined })}
      >
        <Icon name="sort" /> {order === 'desc' ? 'Newest first' : 'Oldest first'}
      </button>
      <button
        type="button"
        class="button button-quiet button-small"
        aria-pressed={wrap}
        onClick={() => navigate({ wrap: !wrap }, { replace: true })}
      >
        <Icon name="wrap" /> Wrap
      </button>
      <div class="toolbar-columns">
        <button
          type="button"
          class="button button-quiet button-small"
          aria-haspopup="dialog"
          aria-expanded={choosing}
          onClick={() => setChoosing(!choosing)}
        >
          <Icon name="columns" /> Columns
        </button>
        {choosing && (
          <Popover label="Columns" class="columns-popover" onClose={() => setChoosing(false)}>
            <ColumnChoice />
          </Popover>
        )}
      </div>
    </div>
  );
}

function Total() {
  const { value, isLoading } = records.value;
  if (value === undefined) return <span class="muted">{isLoading ? 'Searching ...' : ''}</span>;
  const { total, tookMs } = value;
  const count = total.relation === 'eq' ? countOf(total.value, 'record') : `${formatCount(total.value)}+ records`;
  return (
    <>
      <b>{count}</b> <span class="muted">{isLoading ? 'searching ...' : `in ${formatCount(tookMs)} ms`}</span>
    </>
  );
}

const MOST_SHOWN = 40;

function ColumnChoice() {
  const [typed, setTyped] = useState('');
  const [fields, setFields] = useState<readonly FieldInfo[]>([]);
  const { columns } = urlState.value;
  useEffect(() => {
    void knownFields().then(setFields);
  }, []);
  const change = (next: readonly string[]): void => navigate({ columns: next }, { replace: true });
  const others = fields.map(({ name }) => name).filter((name) => !columns.includes(name) && name !== 'timestamp');
  const matches = bestMatches([...columns, ...others], typed.trim(), (name) => name, MOST_SHOWN);
  return (
    <>
      <input
        class="field"
        type="search"
        aria-label="Search fields"
        placeholder="Search fields"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <ul class="plain columns-list">
        {matches.map((name) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                checked={columns.includes(name)}
                disabled={columns.length === 1 && columns[0] === name}
                onChange={() => change(toggleColumn(columns, name))}
              />
              <span>{name}</span>
            </label>
            {columns.includes(name) && columns.length > 1 && (
              <>
                <Move name={name} by={-1} text="left" onMove={change} />
                <Move name={name} by={1} text="right" onMove={change} />
              </>
            )}
          </li>
        ))}
      </ul>
      <button type="button" class="button button-small" onClick={() => change(DEFAULT_COLUMNS)}>
        Reset columns
      </button>
    </>
  );
}

interface MoveProps {
  readonly name: string;
  readonly by: -1 | 1;
  readonly text: string;
  readonly onMove: (columns: readonly string[]) => void;
}

function Move({ name, by, text, onMove }: MoveProps) {
  const { columns } = urlState.value;
  const at = columns.indexOf(name);
  return (
    <button
      type="button"
      class="button button-quiet button-small"
      aria-label={`Move ${name} to the ${text}`}
      disabled={columns[at + by] === undefined}
      onClick={() => onMove(moveColumn(columns, name, by))}
    >
      {by === -1 ? '←' : '→'}
    </button>
  );
}
