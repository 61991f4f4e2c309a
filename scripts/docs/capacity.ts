/** `npm run capacity -- --rate=<logs/s> [--bytes=<of a log>] [--batch] [--topic-days=7] [--days=400]`: what it takes (docs/scaling.md). */
import { parseArgs } from 'node:util';
import { capacityFor, MEASURED } from './capacity-model.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    bytes: { type: 'string', default: String(MEASURED.bytes.sent) },
    batch: { type: 'boolean', default: false },
    'topic-days': { type: 'string', default: '7' },
    days: { type: 'string', default: '400' },
  },
});
const positive = (name: 'rate' | 'bytes' | 'topic-days' | 'days'): number => {
  const value = Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`);
  return value;
};
const capacity = capacityFor({
  logsPerSecond: positive('rate'),
  bytes: positive('bytes'),
  logsPerRequest: values.batch ? 'batch' : 'single',
  topicDays: positive('topic-days'),
  indexDays: positive('days'),
});
process.stdout.write(`${JSON.stringify(capacity, undefined, 2)}\n`);
