import type { ComponentType } from 'preact';

/** What a view, a dialog or a slot is given. Everything else it takes from `app-state.ts` and `api-client.ts`. */
export interface ViewProps {
  /** Behind the colon of `view=kind:id`; empty for views that need none, and for dialogs and slots. */
  readonly id: string;
}

/** Loads the code of a view when it is first shown. */
export type LoadView = () => Promise<ComponentType<ViewProps>>;

/** Shown for `view=<kind>:<id>` in a panel over the list, with a heading and a button that closes it. */
export interface View {
  readonly title: string;
  readonly load: LoadView;
}

/**
 * Views by kind. One line each, such as
 * `payment: { title: 'Payment', load: () => import('./payment/payment-view.tsx').then((module) => module.PaymentView) },`
 */
export const VIEWS: Readonly<Record<string, View>> = {};

/** Windows over everything, opened by `openDialog.value = '<name>'`; same form as views. They bring their own `<dialog>`. */
export const DIALOGS: Readonly<Record<string, LoadView>> = {};

/**
 * Parts of the page itself: `tail` stands in place of the list when `live` is set, `saved` stands beside the query bar (saved and recent searches),
 * `first-run` in place of everything below the query bar when the store holds no records.
 */
export const SLOTS: Readonly<Partial<Record<'tail' | 'saved' | 'first-run', LoadView>>> = {};
