import { useState } from 'preact/hooks';
import { urlState } from '../app-state.ts';
import { AppLink } from '../parts/app-link.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { closeDialog, DialogFrame } from '../parts/dialog-frame.tsx';
import { parseUrlState, type UrlState } from '../state/url-state.ts';
import { browserSearches } from './browser-searches.ts';
import { MAX_NAME_LENGTH, MAX_SAVED, searchOf, timesOf, titleOf, type SavedSearch } from './saved-searches.ts';
import './saved.css';

/** Searches to go back to: keep the one that is open, rename, delete, share. */
export function SavedDialog() {
  const searches = browserSearches();
  const [, setTurn] = useState(0);
  const [fault, setFault] = useState<string>();
  const changed = (done: boolean): void => {
    setFault(
      done ? undefined : `It could not be kept: the browser forbids it, or there are ${MAX_SAVED} searches already.`,
    );
    setTurn((turn) => turn + 1);
  };
  const recent = searches.recent();
  const saved = searches.saved();
  return (
    <DialogFrame title="Saved searches">
      <SaveForm
        onSave={(name, search) =>
          changed(searches.save(name, search, crypto.getRandomValues(new Uint32Array(2)).join('-')))
        }
      />
      {fault !== undefined && (
        <p class="part-fault" role="alert">
          {fault}
        </p>
      )}
      <h3>Saved</h3>
      {saved.length === 0 ? (
        <p class="part-hint">Nothing is saved yet. Saved searches stay in this browser; share one by its link.</p>
      ) : (
        <ul class="saved-list" aria-label="Saved searches">
          {saved.map((each) => (
            <Saved
              key={each.id}
              saved={each}
              onRename={(name) => changed(searches.rename(each.id, name))}
              onDelete={() => changed(searches.remove(each.id))}
            />
          ))}
        </ul>
      )}
      <h3 class="saved-heading">
        Recent
        {recent.length > 0 && (
          <button type="button" class="part-button part-button-quiet" onClick={() => changed(searches.forgetRecent())}>
            Forget all
          </button>
        )}
      </h3>
      {recent.length === 0 ? (
        <p class="part-hint">Searches that you run are listed here, in this browser only.</p>
      ) : (
        <ul class="saved-list" aria-label="Recent searches">
          {recent.map((search) => (
            <li key={search}>
              <AppLink change={stateOf(search)} onGo={closeDialog} class="saved-link">
                <code>{titleOf(search)}</code>
                <span>{timesOf(search)}</span>
              </AppLink>
            </li>
          ))}
        </ul>
      )}
    </DialogFrame>
  );
}

function stateOf(search: string): UrlState {
  return parseUrlState(search);
}

function SaveForm({ onSave }: { readonly onSave: (name: string, search: string) => void }) {
  const search = searchOf(urlState.value);
  const [name, setName] = useState('');
  return (
    <form
      class="saved-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(name, search);
        setName('');
      }}
    >
      <label>
        Name for this search
        <input
          class="part-input"
          value={name}
          maxLength={MAX_NAME_LENGTH}
          placeholder={titleOf(search)}
          autoComplete="off"
          autoFocus
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="part-button part-button-primary">
        Save
      </button>
    </form>
  );
}

interface SavedProps {
  readonly saved: SavedSearch;
  readonly onRename: (name: string) => void;
  readonly onDelete: () => void;
}

function Saved({ saved, onRename, onDelete }: SavedProps) {
  const [isRenaming, setRenaming] = useState(false);
  const [name, setName] = useState(saved.name);
  const link = (): string => new URL(saved.search, location.href).href;
  if (isRenaming) {
    return (
      <li>
        <form
          class="saved-rename"
          onSubmit={(event) => {
            event.preventDefault();
            setRenaming(false);
            onRename(name);
          }}
        >
          <input
            class="part-input"
            aria-label={`New name of ${saved.name}`}
            value={name}
            maxLength={MAX_NAME_LENGTH}
            autoComplete="off"
            ref={(input) => input?.focus()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="part-button">
            Rename
          </button>
          <button type="button" class="part-button part-button-quiet" onClick={() => setRenaming(false)}>
            Cancel
          </button>
        </form>
      </li>
    );
  }
  return (
    <li>
      <AppLink change={stateOf(saved.search)} onGo={closeDialog} class="saved-link">
        <strong>{saved.name}</strong>
        <code>{titleOf(saved.search)}</code>
        <span>{timesOf(saved.search)}</span>
      </AppLink>
      <span class="saved-actions">
        <CopyButton label="Copy link" accessibleName={`Copy link to ${saved.name}`} text={link} quiet />
        <button
          type="button"
          class="part-button part-button-quiet"
          aria-label={`Rename ${saved.name}`}
          onClick={() => setRenaming(true)}
        >
          Rename
        </button>
        <button
          type="button"
          class="part-button part-button-quiet part-button-danger"
          aria-label={`Delete ${saved.name}`}
          onClick={onDelete}
        >
          Delete
        </button>
      </span>
    </li>
  );
}
