/** A fenced block of a page whose info string says `test`. */
export interface TestedBlock {
  readonly language: string;
  /** Comma separated values behind a name in the info string: `needs=kcat,curl`. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** The fenced blocks of a Markdown page whose info string has the word `test` behind the language. */
export function testedBlocks(markdown: string): TestedBlock[] {
  const blocks: TestedBlock[] = [];
  const lines = markdown.replaceAll(/<!--.*?-->/gs, (comment) => comment.replaceAll(/[^\n]/g, '')).split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^(\s*)(`{3,})(\S.*)?$/.exec(lines[at] ?? '');
    if (fence === null) continue;
    const [, indent = '', ticks = '', info = ''] = fence;
    const end = lines.findIndex((line, i) => i > at && line.trim() === ticks);
    if (end === -1) throw new Error(`the block of line ${at + 1} has no end`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    if (words.includes('test')) {
      const text = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
      const options = new Map(
        words.filter((word) => word !== 'test').map((word): [string, string[]] => optionOf(word, at + 1)),
      );
      blocks.push({ language, options, text: `${text.join('\n')}\n`, line: at + 1 });
    }
    at = end;
  }
  return blocks;
}

function optionOf(word: string, line: number): [string, string[]] {
  const at = word.indexOf('=');
  if (at === -1) throw new Error(`"${word}" in the info string of line ${line} is no name=value`);
  return [word.slice(0, at), word.slice(at + 1).split(',')];
}
