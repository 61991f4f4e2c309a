/** What the tests use of two packages that bring no types. */
declare module 'splunk-logging' {
  interface Context {
    readonly message: unknown;
    readonly severity?: string;
    readonly metadata?: Readonly<Record<string, unknown>>;
  }

  interface Answer {
    readonly text: string;
    readonly code: number;
    readonly [name: string]: unknown;
  }

  type Callback = (error: Error | null, response: { readonly statusCode: number } | undefined, body: Answer) => void;

  export class Logger {
    constructor(config: Readonly<Record<string, unknown>>);
    /** Called for what could not be sent, and for what Splunk answered with a code other than 0. */
    error: (error: Error & { readonly code?: number }, context: unknown) => void;
    send(context: Context, callback?: Callback): void;
    flush(callback?: Callback): void;
  }
}

declare module 'winston-splunk-httplogger' {
  import Transport from 'winston-transport';
  import type { Logger } from 'splunk-logging';

  export default class SplunkStreamEvent extends Transport {
    constructor(config: { readonly level?: string; readonly splunk: Readonly<Record<string, unknown>> });
    readonly server: Logger;
  }
}
