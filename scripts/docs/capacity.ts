/** `npm run capacity -- --rate=<logs/s> [--bytes=<of a log>] [--batch] [--topic-days=7] [--days=400]`: what it takes (docs/scaling.md). */
import { parseArgs } from 'node:util';
import { capacityFor, MEASURED } from './capacity-model.ts';

const { values } = parsed();
const faults: string[] = [];
const positive = (name: 'rate' | 'bytes' | 'topic-days' | 'days'): number => {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value <= 0) faults.push(`--${name}=${values[name]}: expected a number above 0`);
  return value;
};
const capacity = capacityFor({
  logsPerSecond: positive('rate'),
  bytes: positive('bytes'),
  logsPerRequest: values.batch ? 'batch' : 'single',
  topicDays: positive('topic-days'),
  indexDays: positive('days'),
});
if (faults.length > 0) refuse(faults);
process.stdout.write(`${JSON.stringify(capacity, undefined, 2)}\n`);

function parsed() {
  try {
    return parseArgs({
      options: {
        rate: { type: 'string', default: '1000' },
        bytes: { type: 'string', default: String(MEASURED.bytes.sent) },
        batch: { type: 'boolean', default: false },
        'topic-days': { type: 'string', default: '7' },
        days: { type: 'string', default: '400' },
      },
    });
  } catch (error) {
    return refuse([error instanceof Error ? error.message : String(error)]);
  }
}

function refuse(reasons: readonly string[]): never {
  process.stderr.write(`${reasons.join('\n')}\n`);
  process.exit(2);
}
