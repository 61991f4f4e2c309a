// First, so that the styles of components come behind and win.
import './styles/tokens.css';
import './styles/base.css';
import { render } from 'preact';
import { startAppState } from './app-state.ts';
import { startSearch } from './search/search-state.ts';
import { App } from './shell/app.tsx';
import { startKeyboard } from './shell/keyboard.ts';
import { startPreferences } from './state/preferences.ts';
import { loadSettings } from './state/settings.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no element with the id app');
startPreferences();
startAppState();
startSearch();
startKeyboard();
void loadSettings();
render(<App />, root);
