import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PopoverProps {
  readonly label: string;
  readonly class: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/**
 * A small window at the control that opened it. Escape, a click outside and leaving it by the keyboard close it; Escape brings
 * the focus back to where it was.
 */
export function Popover({ label, class: className, onClose, children }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = ref.current;
    const opener = document.activeElement;
    if (box === null) return undefined;
    const onPointer = (event: Event): void => {
      const target = event.target as Node;
      if (!box.contains(target) && !(opener?.contains(target) ?? false)) onClose();
    };
    const onFocus = (event: FocusEvent): void => {
      const to = event.relatedTarget;
      if (to instanceof Node && !box.contains(to)) onClose();
    };
    document.addEventListener('pointerdown', onPointer);
    box.addEventListener('focusout', onFocus);
    box.querySelector<HTMLElement>('input, button, select')?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      onClose();
      if (opener instanceof HTMLElement) opener.focus();
    };
    box.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      box.removeEventListener('focusout', onFocus);
      box.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <div ref={ref} class={`popover ${className}`} role="dialog" aria-label={label}>
      {children}
    </div>
  );
}
