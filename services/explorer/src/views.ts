import type { LoadView, View } from './view.ts';

/** Views by kind. */
export const VIEWS: Readonly<Record<string, View>> = {
  payment: {
    title: 'Payment story',
    load: () => import('./payment/payment-view.tsx').then((module) => module.PaymentView),
  },
  trace: { title: 'Trace', load: () => import('./trace/trace-view.tsx').then((module) => module.TraceView) },
  context: { title: 'Context', load: () => import('./context/context-view.tsx').then((module) => module.ContextView) },
  status: { title: 'Status', load: () => import('./status/status-view.tsx').then((module) => module.StatusView) },
};

/** Windows over everything, opened by `openDialog.value = '<name>'`; same form as views. They bring their own `<dialog>`. */
export const DIALOGS: Readonly<Record<string, LoadView>> = {
  export: () => import('./export/export-dialog.tsx').then((module) => module.ExportDialog),
  help: () => import('./help/help-dialog.tsx').then((module) => module.HelpDialog),
  saved: () => import('./saved/saved-dialog.tsx').then((module) => module.SavedDialog),
  syntax: () => import('./help/syntax-dialog.tsx').then((module) => module.SyntaxDialog),
};

/**
 * Parts of the page itself: `tail` stands in place of the list when `live` is set, `saved` stands beside the query bar (saved and recent searches),
 * `first-run` in place of everything below the query bar when the store holds no records.
 */
export const SLOTS: Readonly<Partial<Record<'tail' | 'saved' | 'first-run', LoadView>>> = {
  saved: () => import('./saved/saved-slot.tsx').then((module) => module.SavedSlot),
  tail: () => import('./tail/tail-view.tsx').then((module) => module.TailView),
  'first-run': () => import('./first-run/first-run.tsx').then((module) => module.FirstRun),
};
