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
