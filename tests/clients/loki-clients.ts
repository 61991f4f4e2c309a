import { createLogger, format, type Logger } from 'winston';
import LokiTransport from 'winston-loki';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import type { BufferingClient } from './outage.ts';

/** Fields of the error that winston-loki hands to `onConnectionError`. */
export interface PushError extends Error {
  readonly statusCode?: number;
  readonly responseBody?: string;
}

export interface WinstonLoki {
  readonly logger: Logger;
  readonly transport: LokiTransport;
  readonly errors: readonly PushError[];
}

/** winston with winston-loki as docs/sending/loki.md sets it up, in one of its two encodings. */
export function winstonLoki(url: string, encoding: 'json' | 'protobuf', service: string): WinstonLoki {
  const errors: PushError[] = [];
  const transport = new LokiTransport({
    host: url,
    json: encoding === 'json',
    labels: { service_name: service },
    format: format.json(),
    interval: 0.2,
    // It would stay in the process of the tests for as long as that lives.
    gracefulShutdown: false,
    onConnectionError: (error) => errors.push(error as PushError),
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is one: its class extends it
  const logger = createLogger({ level: 'silly' }).add(transport);
  return { logger, transport, errors };
}

/** Clients of Loki that keep what could not be sent. pino-loki is not among these: what fails once is gone. */
export const lokiClients: readonly BufferingClient[] = (['json', 'protobuf'] as const).map((encoding) => ({
  // It puts the entries of a failed push back, and pushes again after a minute, or when it is closed.
  name: `winston-loki (${encoding})`,
  // Ids follow from labels, time and line.
  exactlyOnce: true,
  send: async ({ url }, { records }) => {
    const { logger, transport, errors } = winstonLoki(url, encoding, 'outage');
    for await (const { message } of records) logger.info(message);
    const isReady = async (): Promise<boolean> => (await fetch(`${url}/ready`)).ok;
    await waitUntil(isReady, 60_000, () => `the API to be ready; ${errors.length} pushes failed`);
    await transport.close();
  },
}));
