import { AppLink } from '../parts/app-link.tsx';
import { closeDialog } from '../parts/dialog-frame.tsx';
import { SYNTAX_GROUPS } from './syntax-examples.ts';

/** Examples that are run when they are chosen. */
export function SyntaxExamples() {
  return (
    <div class="help-syntax">
      <p class="part-hint">Choose an example to run it.</p>
      {SYNTAX_GROUPS.map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h4>{group.title}</h4>
          <ul>
            {group.examples.map((example) => (
              <li key={example.query}>
                <AppLink change={{ query: example.query, view: undefined, record: undefined }} onGo={closeDialog}>
                  <code>{example.query}</code>
                </AppLink>
                <span>{example.meaning}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p class="part-hint">
        Put quotes around a value with spaces or with one of <code>{'( ) [ ] { } : " * \\'}</code>; within quotes, write{' '}
        <code>\&quot;</code> and <code>\\</code>.
      </p>
    </div>
  );
}
