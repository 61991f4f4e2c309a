import { render } from 'preact';
import { startAppState } from './app-state.ts';
import { App } from './shell/app.tsx';
import './styles/tokens.css';
import './styles/base.css';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no element with the id app');
startAppState();
render(<App />, root);
