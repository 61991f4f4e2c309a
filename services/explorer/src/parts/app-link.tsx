import type { ComponentChildren } from 'preact';
import { addressOf, navigate } from '../app-state.ts';
import type { UrlState } from '../state/url-state.ts';

interface AppLinkProps {
  readonly change: Partial<UrlState>;
  readonly class?: string;
  readonly children: ComponentChildren;
  /** Before going there, such as closing a dialog. */
  readonly onGo?: () => void;
}

/** A link to another state of the page: goes there at once, and opens in a new tab as every link does. */
export function AppLink({ change, class: className, children, onGo }: AppLinkProps) {
  return (
    <a
      href={addressOf(change)}
      class={className}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onGo?.();
        navigate(change);
      }}
    >
      {children}
    </a>
  );
}
