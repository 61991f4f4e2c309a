import type { Admin } from 'kafkajs';
import type { Logger } from '../ports/logger.ts';
import type { KafkaConnectionOptions } from './kafka-options.ts';
import { createKafkaJsClient } from './kafkajs-client.ts';

/** Requests of an admin take no longer. */
export const ADMIN_REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3000;
const DISCONNECT_TIMEOUT_MS = 2000;

/** Lends an admin client to `work`, which connects it; disconnects it afterwards, in bounded time. */
export async function withAdmin<T>(
  options: KafkaConnectionOptions,
  logger: Logger,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const limits = {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    requestTimeoutMs: ADMIN_REQUEST_TIMEOUT_MS,
    retry: { retries: 3, initialRetryTime: 200 },
  };
  const admin = createKafkaJsClient(options, limits, logger).admin();
  try {
    return await work(admin);
  } finally {
    const gaveUp = new Promise((resolve) => setTimeout(resolve, DISCONNECT_TIMEOUT_MS).unref());
    await Promise.race([admin.disconnect().catch(() => undefined), gaveUp]);
  }
}
