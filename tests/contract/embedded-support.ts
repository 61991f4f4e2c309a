import type { Logger } from '@paylog/shared/ports/logger';

const quiet = (): void => undefined;

/** The tests look at states and outcomes, not at the log. */
export const silentLogger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
