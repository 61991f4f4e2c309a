/** Keys and what they do; the shell of the page carries them out. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/'], does: 'go to the query bar' },
  { keys: ['j'], does: 'next record' },
  { keys: ['k'], does: 'record before' },
  { keys: ['Enter'], does: 'open or fold the record' },
  { keys: ['Esc'], does: 'close what is open' },
  { keys: ['t'], does: 'live tail on or off' },
  { keys: ['e'], does: 'export' },
  { keys: ['g', 's'], does: 'status, one key after the other' },
  { keys: ['?'], does: 'this help' },
];
