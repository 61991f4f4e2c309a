/**
 * What the API is compared with in the same run: a bare HTTP server that publishes each line as it came, through the same
 * Kafka client, acks=all, one send per request. No parsing, no checks, no redaction, no limits: the floor of the transport.
 */
import { createServer } from 'node:http';
import { createKafkaPublisher } from '@paylog/shared/kafka/create-kafka-publisher';
import { CoalescingPublisher } from '@paylog/shared/flow/coalescing-publisher';
import { createLogger } from '@paylog/shared/telemetry/logger';
import { createMetrics } from '@paylog/shared/telemetry/metrics';

const { PORT = '0', KAFKA_BROKERS = '', KAFKA_TOPIC = '' } = process.env;
const metrics = createMetrics();
const publisher = new CoalescingPublisher(
  createKafkaPublisher(
    {
      brokers: KAFKA_BROKERS.split(','),
      clientId: 'pass-through',
      client: 'platformatic',
      publishTimeoutMs: 4500,
      maxBatchBytes: 1_048_576,
    },
    createLogger({ level: 'warn', service: 'pass-through' }),
  ),
  { maxSendsInFlight: 2, maxSendBytes: 4 * 1_048_576, callTimeoutMs: 4500 },
);
await publisher.start();
let key = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    void metrics.render().then((text) => response.end(text));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const messages = [];
    for (let start = 0; start < body.length;) {
      const lineFeed = body.indexOf(10, start);
      const end = lineFeed === -1 ? body.length : lineFeed;
      if (end > start) messages.push({ key: String((key += 1)), value: body.subarray(start, end) });
      start = end + 1;
    }
    void publisher.publish(KAFKA_TOPIC, messages).then(({ status }) => {
      response.writeHead(status === 'stored' ? 202 : 503, { 'content-length': 2 });
      response.end('{}');
    });
  });
});
server.listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  void publisher.stop();
});
