import { DialogFrame } from '../parts/dialog-frame.tsx';
import { SHORTCUTS } from './shortcuts.ts';
import { SyntaxExamples } from './syntax-examples-list.tsx';
import './help.css';

/** Keys and query language on one page; opened by `?`. */
export function HelpDialog() {
  return (
    <DialogFrame title="Help" size="large">
      <div class="help">
        <section aria-labelledby="help-keys">
          <h3 id="help-keys">Keyboard</h3>
          <dl class="help-keys">
            {SHORTCUTS.map((shortcut) => (
              <div key={shortcut.does}>
                <dt>
                  {shortcut.keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{shortcut.does}</dd>
              </div>
            ))}
          </dl>
          <p class="part-hint">Keys work where no text is being typed.</p>
          <h3>More</h3>
          <ul class="help-links">
            <li>
              <a href="/docs">HTTP interface</a>
            </li>
            <li>
              <a href="/docs/errors">Errors and what to do about them</a>
            </li>
          </ul>
        </section>
        <section aria-labelledby="help-syntax">
          <h3 id="help-syntax">Query syntax</h3>
          <SyntaxExamples />
        </section>
      </div>
    </DialogFrame>
  );
}
