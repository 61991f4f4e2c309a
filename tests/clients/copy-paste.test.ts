import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { describeClient, newMarker, waitUntilFound } from './harness.ts';
import { testedBlocks } from './markdown-blocks.ts';
import { anchorsOf, pageAt, pagesAboutSending, speaksToKafka, withAddresses } from './pages.ts';
import { runnerOf } from './block-runners.ts';

/** What the message of every tested block holds; our marker goes behind it. */
const MESSAGE = 'payment accepted';

describe('blocks of the pages about sending', () => {
  it('every page has one that is tested', () => {
    for (const { file, blocks } of pagesAboutSending()) {
      if (file !== 'sending.md') assert.ok(blocks.length > 0, `docs/${file}`);
    }
  });

  it('every link from one page to another leads to a page, and to a heading of it', () => {
    const broken: string[] = [];
    for (const { file, text } of pagesAboutSending()) {
      for (const [, target = '', anchor] of text.matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g)) {
        const page = target === '' ? text : pageAt(path.join(path.dirname(file), target));
        if (page === undefined || (anchor !== undefined && !anchorsOf(page).includes(anchor))) {
          broken.push(`docs/${file}: ${target}#${anchor ?? ''}`);
        }
      }
    }
    assert.deepEqual(broken, []);
  });

  it('are those whose info string says so, outside of comments', () => {
    const page =
      '<!--\n```sh test\nno\n```\n-->\n```sh\nno\n```\n\n- list\n\n  ```js test needs=a,b pip=c==1\n  yes\n  ```\n';
    assert.deepEqual(testedBlocks(page), [
      {
        language: 'js',
        options: new Map([
          ['needs', ['a', 'b']],
          ['pip', ['c==1']],
        ]),
        text: 'yes\n',
        line: 12,
      },
    ]);
    assert.throws(() => testedBlocks('```sh test\n'), /no end/);
    assert.throws(() => testedBlocks('```sh test please\n```'), /no name=value/);
  });
});

for (const { file, blocks } of pagesAboutSending()) {
  for (const block of blocks) {
    const { needs, run } = runnerOf(block);
    describeClient(
      `docs/${file}, ${block.language} of line ${block.line}`,
      (here) => {
        it('what it sends is found', async () => {
          const marker = newMarker();
          const text = withAddresses(block.text, here());
          const isSent = text.includes(MESSAGE);
          assert.ok(isSent || block.language === 'rsyslog', `it sends no message with the words "${MESSAGE}"`);
          await run(text.replaceAll(MESSAGE, `${MESSAGE} ${marker}`), {
            message: `${MESSAGE} ${marker}`,
            whenFound: () => waitUntilFound(here(), marker, 1, 30_000),
          });
        });
      },
      { on: [speaksToKafka(block) ? 'Kafka and Elasticsearch' : 'embedded'], needs },
    );
  }
}
