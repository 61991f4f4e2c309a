import { useState } from 'preact/hooks';
import { isLive, navigate, openDialog, showView } from '../app-state.ts';
import { type Density, density, type Theme, theme, zone } from '../state/preferences.ts';
import { type ZoneName, zonedName } from '../time/time-range.ts';
import { SLOTS } from '../views.ts';
import { Icon } from './icon.tsx';
import { Lazy } from './lazy.tsx';
import { Popover } from './popover.tsx';

/** The name of the page, and the ways to everything that is not the search itself. */
export function Header() {
  const [isOpen, setOpen] = useState(false);
  return (
    <header class="app-header">
      <h1>
        <a href="/">
          <svg class="app-logo" viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M8 10h16M8 16h10M8 22h13" />
          </svg>
          <span>Pay Log Aggregator</span>
        </a>
      </h1>
      <nav class="app-nav" aria-label="Tools">
        <button
          type="button"
          class="button button-quiet"
          aria-pressed={isLive.value}
          onClick={() => navigate({ live: !isLive.value, record: undefined, view: undefined })}
        >
          <Icon name={isLive.value ? 'pause' : 'play'} /> <span>Live tail</span>
        </button>
        <button type="button" class="button button-quiet" onClick={() => (openDialog.value = 'export')}>
          <Icon name="download" /> <span>Export</span>
        </button>
        {SLOTS.saved && <Lazy load={SLOTS.saved} id="" quiet />}
        <button type="button" class="button button-quiet" onClick={() => showView('status')}>
          <Icon name="pulse" /> <span>Status</span>
        </button>
        <button type="button" class="button button-quiet" onClick={() => (openDialog.value = 'help')}>
          <Icon name="help" /> <span>Help</span>
        </button>
        <div class="app-settings">
          <button
            type="button"
            class="button button-quiet"
            aria-haspopup="dialog"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="settings" /> <span>Settings</span>
          </button>
          {isOpen && (
            <Popover label="Settings" class="settings-popover" onClose={() => setOpen(false)}>
              <Settings />
            </Popover>
          )}
        </div>
      </nav>
    </header>
  );
}

function Settings() {
  return (
    <>
      <label>
        Theme
        <select
          class="field"
          value={theme.value}
          onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
        >
          <option value="system">As the system</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      <label>
        Density
        <select
          class="field"
          value={density.value}
          onChange={(event) => (density.value = event.currentTarget.value as Density)}
        >
          <option value="comfortable">Comfortable</option>
          <option value="compact">Compact</option>
        </select>
      </label>
      <label>
        Time zone
        <select
          class="field"
          value={zone.value}
          onChange={(event) => (zone.value = event.currentTarget.value as ZoneName)}
        >
          <option value="local">{zonedName('local')}</option>
          <option value="utc">UTC</option>
        </select>
      </label>
      <a href="/docs">HTTP interface</a>
    </>
  );
}
