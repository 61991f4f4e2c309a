import { useEffect, useState } from 'preact/hooks';
import { bestMatches } from '../query/completion.ts';
import { knownFields } from '../query/suggestions.ts';
import { Icon } from '../shell/icon.tsx';
import { Popover } from '../shell/popover.tsx';
import { facetFields } from '../state/preferences.ts';
import type { FieldInfo } from '../api-types.ts';

/** As many fields as one request counts. */
const MOST_FACETS = 20;
const MOST_SHOWN = 12;

/** Adds a field to those whose values are counted. */
export function AddFacet() {
  const [isOpen, setOpen] = useState(false);
  const isFull = facetFields.value.length >= MOST_FACETS;
  return (
    <div class="facet-add">
      <button
        type="button"
        class="button button-small"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        disabled={isFull}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="plus" /> Add facet
      </button>
      {isFull && <p class="muted facets-note">{MOST_FACETS} fields at most</p>}
      {isOpen && (
        <Popover label="Add facet" class="facet-popover" onClose={() => setOpen(false)}>
          <FieldChoice
            onChoose={(name) => {
              facetFields.value = [...new Set([...facetFields.value, name])];
              setOpen(false);
            }}
          />
        </Popover>
      )}
    </div>
  );
}

function FieldChoice({ onChoose }: { readonly onChoose: (name: string) => void }) {
  const [typed, setTyped] = useState('');
  const [fields, setFields] = useState<readonly FieldInfo[]>([]);
  useEffect(() => {
    void knownFields().then(setFields);
  }, []);
  const countable = fields.filter(
    ({ name, type }) => (type === 'keyword' || type === 'number') && !facetFields.value.includes(name),
  );
  const found = bestMatches(countable, typed.trim(), ({ name }) => name, MOST_SHOWN);
  return (
    <form
      class="facet-choice"
      onSubmit={(event) => {
        event.preventDefault();
        const name = found[0]?.name ?? typed.trim();
        if (name !== '') onChoose(name);
      }}
    >
      <input
        class="field"
        aria-label="Field to count"
        placeholder="Field to count"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <ul class="plain">
        {found.map(({ name }) => (
          <li key={name}>
            <button type="button" class="button button-quiet button-small" onClick={() => onChoose(name)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}
