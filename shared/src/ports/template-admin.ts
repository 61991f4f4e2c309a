/** What an installation of the template found and left. */
export interface TemplateInstallation {
  readonly name: string;
  /** Version that was there; undefined when there was none, 0 when it had no version. */
  readonly before: number | undefined;
  /** Version that is there now: that of this release, or the newer one that was left alone. */
  readonly version: number;
}

/**
 * Looks after the template that the store makes indices of, for operators: indexers that may not install it rely on it. Rejects with
 * `StoreUnavailableError` (`errors/store-unavailable-error.ts`) when the store cannot be asked, else when it refuses.
 */
export interface TemplateAdmin {
  /** Installs the template of this release, unless a newer one is there. Makes sure that no other template goes before it. Idempotent. */
  install(): Promise<TemplateInstallation>;
  /** The version that is there: that of this release or a newer one. Rejects when it is missing or older. Changes nothing. */
  check(): Promise<Pick<TemplateInstallation, 'name' | 'version'>>;
}
