import { useEffect, useState } from 'preact/hooks';
import './parts.css';

interface CopyButtonProps {
  /** What the button says, such as `Copy link`. */
  readonly label: string;
  /** Made when the button is pressed. */
  readonly text: () => string;
  /** For a button whose label alone does not say what it copies. */
  readonly accessibleName?: string;
  readonly quiet?: boolean;
}

/** How long the button says that it copied. */
const SAID_MS = 2_000;

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ label, text, accessibleName, quiet = false }: CopyButtonProps) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => {
    copyText(text()).then(
      () => setSaid('Copied'),
      () => setSaid('Not copied'),
    );
  };
  return (
    <>
      <button
        type="button"
        class={quiet ? 'part-button part-button-quiet' : 'part-button'}
        aria-label={accessibleName}
        onClick={copy}
      >
        {said ?? label}
      </button>
      <span class="part-unseen" role="status">
        {said === 'Copied'
          ? `${accessibleName ?? label}: copied`
          : said === undefined
            ? ''
            : 'The browser did not allow it'}
      </span>
    </>
  );
}

/** The clipboard needs a secure origin; on plain http in a company's network the older way is left. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'part-unseen';
  const before = document.activeElement;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the clipboard API is not there without a secure origin
  const copied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!copied) throw new Error('the browser did not copy');
}
