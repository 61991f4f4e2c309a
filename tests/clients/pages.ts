import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Deployed } from './harness.ts';
import { testedBlocks, type TestedBlock } from './markdown-blocks.ts';

const docs = path.join(import.meta.dirname, '..', '..', 'docs');

/** A page about sending, and its blocks that are tested. */
interface Page {
  /** Below docs. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly TestedBlock[];
}

export function pagesAboutSending(): Page[] {
  const files = readdirSync(path.join(docs, 'sending')).filter((name) => name.endsWith('.md'));
  return ['sending.md', ...files.sort().map((name) => `sending/${name}`)].map((file) => {
    const text = readFileSync(path.join(docs, file), 'utf8');
    return { file, text, blocks: testedBlocks(text) };
  });
}

/** A page below docs; undefined when there is none. */
export function pageAt(file: string): string | undefined {
  const full = path.join(docs, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
}

/** The names that GitHub gives to the headings of a page. */
export function anchorsOf(markdown: string): string[] {
  const headings = Array.from(markdown.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The only tested block of this language of a page of docs/sending, with the addresses of a deployment. */
export function blockOf(page: string, language: string, deployed: Deployed): string {
  const blocks = pagesAboutSending().find(({ file }) => file === `sending/${page}`)?.blocks ?? [];
  const found = blocks.filter((block) => block.language === language);
  if (found.length !== 1) throw new Error(`docs/sending/${page} has ${found.length} tested blocks of ${language}`);
  return withAddresses(found[0]?.text ?? '', deployed);
}

/** Replaces the addresses that the pages are written with. */
export function withAddresses(text: string, { port, kafka }: Deployed): string {
  let own = text;
  if (kafka !== undefined) {
    own = own.replaceAll('localhost:9092', kafka.brokers).replaceAll('logs.direct', kafka.topics.direct);
  }
  return own.replaceAll(/\b8000\b/g, String(port)).replaceAll('localhost', '127.0.0.1');
}

/** Whether a block speaks to Kafka: then it runs where there is one. */
export function speaksToKafka({ text }: TestedBlock): boolean {
  return text.includes('localhost:9092');
}
