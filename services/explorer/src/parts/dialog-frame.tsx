import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { openDialog } from '../app-state.ts';
import './parts.css';

interface DialogFrameProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly size?: 'small' | 'large';
}

/** Closes the window that is open. */
export function closeDialog(): void {
  openDialog.value = undefined;
}

/**
 * A window over the page with a heading and a button that closes it, as do Esc and a click beside it. It takes the focus and gives it
 * back to what had it.
 */
export function DialogFrame({ title, children, size = 'small' }: DialogFrameProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return undefined;
    dialog.showModal();
    dialog.addEventListener('close', closeDialog);
    return () => {
      dialog.removeEventListener('close', closeDialog);
      dialog.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class="part-dialog"
      data-size={size}
      aria-labelledby={heading}
      onClick={(event) => {
        if (event.target === event.currentTarget) closeDialog();
      }}
      // The shortcuts of the page behind are not for what is typed here.
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="part-dialog-inner">
        <header class="part-dialog-header">
          <h2 id={heading}>{title}</h2>
          <button
            type="button"
            class="part-button part-button-quiet"
            aria-label={`Close ${title}`}
            onClick={closeDialog}
          >
            Close
          </button>
        </header>
        <div class="part-dialog-body">{children}</div>
      </div>
    </dialog>
  );
}
