/** Drawn with strokes of the text's color; said by the button around it, not by the icon. */
const PATHS = {
  search: 'M7 12.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Zm4-1.5 3.5 3.5',
  clock: 'M8 14.5a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM8 4.5V8l2.5 1.5',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  download: 'M8 2v8m0 0 3-3m-3 3L5 7M2.5 13.5h11',
  star: 'M8 1.8l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.6l-3.8 2 .7-4.3-3.1-3 4.3-.6z',
  pulse: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  help: 'M8 14.5a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM6 6.2a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1v.4M8 11.6v.1',
  settings: 'M2 4.5h6m4 0h2M2 11.5h2m4 0h6M10 3v3M6 10v3',
  close: 'M3.5 3.5l9 9m0-9l-9 9',
  right: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  zoomOut: 'M7 12.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Zm4-1.5 3.5 3.5M4.8 7h4.4',
  columns: 'M2 2.5h12v11H2zM6 2.5v11M10 2.5v11',
  wrap: 'M2 4h12M2 8h9.5a2 2 0 0 1 0 4.5H9m0 0 1.8-1.8M9 12.5l1.8 1.8M2 12h3.5',
  filter: 'M2 3h12L9.5 8.5v4.5l-3-1.5v-3z',
  sort: 'M5 3v10m0 0-2.5-2.5M5 13l2.5-2.5M10 4h4M10 8h3M10 12h2',
  table: 'M2 3h12v10H2zM2 6.5h12M2 10h12M7 3v10',
  chart: 'M2 13.5h12M4 11V8M7 11V4M10 11V6M13 11V9',
  asterisk: 'M8 3v10M3.7 5.5l8.6 5M12.3 5.5l-8.6 5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
