import { formatAmount } from './format-amount.ts';
import { formatDuration, formatOffset } from '../parts/format-duration.ts';
import type { Payment, PaymentStep } from '../api-types.ts';

/** Steps in the text; a ticket is read by people. */
const MAX_STEPS = 200;

/** The story as plain text, for a ticket or a chat: facts, statuses, every step with its offset, gaps, and the link. */
export function storyText(story: Payment, link: string): string {
  const facts = [
    formatAmount(story.amount_minor, story.currency),
    story.merchant_id === null ? undefined : `merchant ${story.merchant_id}`,
    story.method ?? undefined,
    story.provider ?? undefined,
  ].filter((fact) => fact !== undefined);
  const statuses = story.statuses.map((status) => `${status.status} ${formatOffset(status.offset_ms)}`);
  const gapAfter = new Map(story.gaps.map((gap) => [gap.after_id, gap.duration_ms]));
  const shown = story.steps.slice(0, MAX_STEPS);
  const width = Math.max(0, ...shown.map((step) => formatOffset(step.offset_ms).length));
  const services = Math.max(0, ...shown.map((step) => step.service.length));
  const steps = shown.flatMap((step) => {
    const gap = gapAfter.get(step.id);
    const line = `${formatOffset(step.offset_ms).padEnd(width)}  ${step.service.padEnd(services)}  ${step.level.toUpperCase().padEnd(5)}  ${stepText(step)}`;
    return gap === undefined ? [line] : [line, `${''.padEnd(width)}  ... ${formatDuration(gap)} without records`];
  });
  const left = story.total.value - shown.length;
  return [
    `Payment ${story.payment_id}: ${outcomeText(story)}`,
    ...(facts.length === 0 ? [] : [facts.join(', ')]),
    `${story.from} to ${story.to} (${formatDuration(story.duration_ms)}), ${count(story.total.value, 'record')}, ${count(story.errors, 'error')}`,
    ...(statuses.length === 0 ? [] : [`Statuses: ${statuses.join(' > ')}`]),
    '',
    ...steps,
    ...(left > 0 ? [`... and ${count(left, 'more record')}`] : []),
    '',
    link,
    '',
  ].join('\n');
}

/** `failed (declined)`, `succeeded (captured)`, `open`. */
export function outcomeText(story: Pick<Payment, 'outcome' | 'status'>): string {
  return story.status === null || story.status === story.outcome ? story.outcome : `${story.outcome} (${story.status})`;
}

/** `1 record`, `12 records`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

function stepText(step: PaymentStep): string {
  const took = step.duration_ms ?? step.latency_ms;
  const details = [
    ...(step.status === undefined ? [] : [`status ${step.status}`]),
    ...(took === undefined ? [] : [`took ${formatDuration(took)}`]),
    ...errorText(step),
  ];
  const message = step.message.replaceAll(/\s*\n\s*/g, ' ');
  return details.length === 0 ? message : `${message} [${details.join('; ')}]`;
}

function errorText(step: PaymentStep): string[] {
  if (step.error === undefined) return [];
  const parts = [step.error.type, step.error.message].filter((part) => part !== undefined);
  return parts.length === 0 ? [] : [parts.join(': ').replaceAll(/\s*\n\s*/g, ' ')];
}
