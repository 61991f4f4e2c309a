import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kafkaJars } from '../stack/acquire-kafka.ts';
import { stackDirectory } from '../stack/provision.ts';
import { allOf, needsJava, needsLong, needsProgram, type Need } from './needs.ts';
import type { TestedBlock } from './markdown-blocks.ts';
import { runProgram } from './program.ts';
import { needsRsyslogWith, Rsyslog } from './rsyslog.ts';

interface Sending {
  /** The message that a block without one of its own is to send. */
  readonly message: string;
  /** Resolves when the message is found. */
  readonly whenFound: () => Promise<void>;
}

export interface BlockRunner {
  readonly needs: Need;
  /** Runs the text of a block; resolves when it has ended and what it sent is found. */
  readonly run: (text: string, sending: Sending) => Promise<void>;
}

/** How a block of its language is run, and what it needs on this machine. */
export function runnerOf(block: TestedBlock): BlockRunner {
  const make = languages[block.language];
  if (make === undefined) throw new Error(`no runner for ${block.language}, line ${block.line}`);
  const { needs, run } = make(block);
  const programs = (block.options.get('needs') ?? []).map((program) =>
    needsProgram('sh', ['-c', 'command -v "$0"', program], `apt-get install ${program}`, program),
  );
  return { run, needs: allOf([...programs, needs]) };
}

const languages: Readonly<Record<string, (block: TestedBlock) => BlockRunner>> = {
  sh: () => ({
    needs: needsProgram('bash', ['--version'], 'apt-get install bash'),
    run: inFolder(async (text, folder) => {
      await runProgram('bash', ['-euo', 'pipefail', '-c', text], { cwd: folder });
    }),
  }),
  js: () => ({
    needs: () => Promise.resolve({}),
    run: inFolder(async (text, folder) => {
      await writeFile(path.join(folder, 'block.mjs'), text);
      await runProgram(process.execPath, ['block.mjs'], { cwd: folder });
    }),
  }),
  java: () => ({
    needs: needsJava,
    run: inFolder(async (text, folder) => {
      const name = /class (\w+)/.exec(text)?.[1] ?? 'Block';
      await writeFile(path.join(folder, `${name}.java`), text);
      await runProgram('java', ['-cp', await kafkaJars(), `${name}.java`], { cwd: folder });
    }),
  }),
  python: ({ options }) => {
    const packages = options.get('pip') ?? [];
    const needsVenv = needsProgram('python3', ['-m', 'venv', '--help'], 'apt-get install python3-venv');
    return {
      needs:
        packages.length === 0
          ? needsProgram('python3', ['-V'], 'apt-get install python3')
          : allOf([needsLong, needsVenv]),
      run: inFolder(async (text, folder) => {
        const python = packages.length === 0 ? 'python3' : await virtualEnvironment(packages);
        await writeFile(path.join(folder, 'block.py'), text);
        await runProgram(python, ['block.py'], { cwd: folder });
      }),
    };
  },
  go: ({ options }) => ({
    needs: allOf([needsLong, needsProgram('go', ['version'], 'apt-get install golang')]),
    run: inFolder(async (text, folder) => {
      await writeFile(path.join(folder, 'main.go'), text);
      const go = { cwd: folder, env: { GOFLAGS: '-p=1', GOTOOLCHAIN: 'local' }, timeoutMs: 170_000 };
      await runProgram('go', ['mod', 'init', 'example'], go);
      for (const module of options.get('get') ?? []) await runProgram('go', ['get', module], go);
      await runProgram('go', ['mod', 'tidy'], go);
      await runProgram('go', ['run', '.'], go);
    }),
  }),
  rsyslog: ({ text: config }) => ({
    needs: needsRsyslogWith(config.includes('omelasticsearch') ? 'omelasticsearch' : 'omkafka'),
    run: async (text, { message, whenFound }) => {
      await using rsyslog = await Rsyslog.start(text);
      await rsyslog.log('checkout', [message]);
      await whenFound();
    },
  }),
};

/** Runs in a folder of its own below `tests`, so that modules find the packages of `tests`. */
function inFolder(action: (text: string, folder: string) => Promise<void>): BlockRunner['run'] {
  return async (text, { whenFound }) => {
    const parent = path.join(import.meta.dirname, '..', 'node_modules', '.paylog');
    await mkdir(parent, { recursive: true });
    const folder = await mkdtemp(path.join(parent, 'block-'));
    try {
      await action(text, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await whenFound();
  };
}

/** A Python of its own with these packages, kept beside the local servers. */
async function virtualEnvironment(packages: readonly string[]): Promise<string> {
  const name = `python-${packages.join('-').replaceAll(/[^\w.-]/g, '_')}`;
  const folder = path.join(stackDirectory(), name);
  const python = path.join(folder, 'bin', 'python');
  const complete = path.join(folder, 'complete');
  if (!existsSync(complete)) {
    await mkdir(stackDirectory(), { recursive: true });
    await runProgram('python3', ['-m', 'venv', '--clear', folder]);
    await runProgram(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
    await writeFile(complete, '');
  }
  return python;
}
