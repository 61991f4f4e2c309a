import { useRef, useState } from 'preact/hooks';
import type { JsonValue, LogRecord } from '../api-types.ts';
import { addressOf, navigate, queryText, urlState } from '../app-state.ts';
import { AppLink } from '../parts/app-link.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { withExists, withFilter } from '../query/query-edits.ts';
import { Icon, type IconName } from '../shell/icon.tsx';
import { settings } from '../state/settings.ts';
import { toggleColumn } from './columns.ts';
import { recordFields, searchedText, textOf, valueAt } from './record-values.ts';
import { StackTrace } from './stack-trace.tsx';
import './record-detail.css';

const TABS = { fields: 'Fields', json: 'JSON' } as const;
type Tab = keyof typeof TABS;

interface RecordDetailProps {
  readonly record: LogRecord;
  readonly onClose: () => void;
}

/** Everything about one record: its fields with what can be done with each, or its JSON; where to go from here. */
export function RecordDetail({ record, onClose }: RecordDetailProps) {
  const [tab, setTab] = useState<Tab>('fields');
  const json = JSON.stringify(record, null, 2);
  return (
    <div role="cell" class="record-detail">
      <section aria-label={`Record ${record.id}`}>
        <div class="record-detail-head">
          <Tabs tab={tab} onChoose={setTab} />
          <RecordLinks record={record} />
          <CopyButton label="Copy JSON" text={() => json} />
          <button
            type="button"
            class="button button-quiet button-small"
            aria-label="Close the record"
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        </div>
        <div role="tabpanel" aria-label={TABS[tab]}>
          {tab === 'fields' ? (
            <FieldTable record={record} />
          ) : (
            <pre class="record-json" tabIndex={0}>
              {json}
            </pre>
          )}
        </div>
      </section>
    </div>
  );
}

interface TabsProps {
  readonly tab: Tab;
  readonly onChoose: (tab: Tab) => void;
}

/** One stop of Tab; the arrow keys go from one to the other, as people who use a keyboard expect of tabs. */
function Tabs({ tab, onChoose }: TabsProps) {
  const chosen = useRef<HTMLButtonElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    onChoose(tab === 'fields' ? 'json' : 'fields');
    requestAnimationFrame(() => chosen.current?.focus());
  };
  return (
    <div class="record-tabs" role="tablist" aria-label="Form" onKeyDown={onKeyDown}>
      {(['fields', 'json'] as const).map((name) => (
        <button
          key={name}
          {...(tab === name && { ref: chosen })}
          type="button"
          role="tab"
          tabIndex={tab === name ? 0 : -1}
          aria-selected={tab === name}
          class={tab === name ? 'record-tab record-tab-on' : 'record-tab'}
          onClick={() => onChoose(name)}
        >
          {TABS[name]}
        </button>
      ))}
    </div>
  );
}

function RecordLinks({ record }: { readonly record: LogRecord }) {
  const payment = textOf(valueAt(record, 'payment.id')) || textOf(valueAt(record, 'payment_id'));
  const trace = record.trace_id;
  const jaeger = settings.value?.jaeger_ui_url ?? undefined;
  return (
    <nav class="record-links" aria-label="From this record">
      {payment !== '' && <AppLink change={{ view: { kind: 'payment', id: payment } }}>Payment story</AppLink>}
      {trace !== undefined && <AppLink change={{ view: { kind: 'trace', id: trace } }}>Trace</AppLink>}
      <AppLink change={{ view: { kind: 'context', id: record.id } }}>Context</AppLink>
      <a
        href={addressOf({
          query: `id:"${record.id.replaceAll(/["\\]/g, '\\$&')}"`,
          from: '',
          to: '',
          record: record.id,
          view: undefined,
        })}
      >
        Link to this record
      </a>
      {trace !== undefined && jaeger !== undefined && (
        <a href={`${jaeger.replace(/\/$/, '')}/trace/${encodeURIComponent(trace)}`} target="_blank" rel="noreferrer">
          Open in Jaeger
        </a>
      )}
    </nav>
  );
}

function FieldTable({ record }: { readonly record: LogRecord }) {
  return (
    <table class="record-fields" aria-label="Fields">
      <tbody>
        {recordFields(record).map(({ name, value }) => (
          <tr key={name}>
            <td class="record-actions">
              <FieldActions name={name} value={value} />
            </td>
            <th scope="row">{name}</th>
            <td class="record-value">
              {name === 'error.stack' && typeof value === 'string' ? <StackTrace stack={value} /> : textOf(value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FieldActions({ name, value }: { readonly name: string; readonly value: JsonValue }) {
  const query = queryText.value;
  const { columns } = urlState.value;
  const isColumn = columns.includes(name);
  const search = (text: string): void => navigate({ query: text, record: undefined });
  // Texts of words are found as phrases, times by ranges; everything else by value.
  const isTime = name === 'timestamp' || name === 'received_at';
  const searched = isTime ? undefined : searchedText(value);
  return (
    <>
      {searched !== undefined && (
        <>
          <Action
            icon="plus"
            label={`Filter in ${name}`}
            onClick={() => search(withFilter(query, { field: name, value: searched }))}
          />
          <Action
            icon="minus"
            label={`Filter out ${name}`}
            onClick={() => search(withFilter(query, { field: name, value: searched, not: true }))}
          />
        </>
      )}
      <Action icon="asterisk" label={`Field exists: ${name}`} onClick={() => search(withExists(query, name))} />
      <Action
        icon="columns"
        label={isColumn ? `Hide column ${name}` : `Show ${name} as column`}
        isOn={isColumn}
        onClick={() => navigate({ columns: toggleColumn(columns, name) }, { replace: true })}
      />
      <CopyButton label="Copy" accessibleName={`Copy ${name}`} text={() => textOf(value)} quiet />
    </>
  );
}

interface ActionProps {
  readonly icon: IconName;
  readonly label: string;
  readonly isOn?: boolean;
  readonly onClick: () => void;
}

function Action({ icon, label, isOn = false, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class={isOn ? 'record-action record-action-on' : 'record-action'}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
