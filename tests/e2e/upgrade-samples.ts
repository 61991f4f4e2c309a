/** Records that take every way through the API: as they came, with names of ECS, with numbers, with card data, without an id. */
export function samples(tag: string, at: string): string[] {
  const own = (n: number): object => ({ id: `${tag}-${n}`, service: tag, timestamp: at });
  return [
    ...Array.from({ length: 50 }, (_, n) => ({ ...own(n), message: `plain record ${n}`, level: 'INFO' })),
    { ...own(50), message: 'numbers', attributes: { retries: 3, deep: { ms: 1.5 }, big: 1 } },
    { ...own(51), message: 'a card 4111 1111 1111 1111' },
    { 'event.id': `${tag}-52`, 'service.name': tag, '@timestamp': at, message: 'ecs', log: { level: 'warning' } },
    { ...own(53), message: 'failed', error: { type: 'E', message: 'no', stack: `Error: boom\n  at ${tag}Stack` } },
    { service: tag, message: 'without an id', timestamp: at },
  ].map((record) => JSON.stringify(record).replace('"big":1', '"big":12345678901234567890'));
}
