import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Dockerfile, Instruction, Stage } from '../stack/containers.ts';

const run = promisify(execFile);
const RUN_MS = 10 * 60_000;

/** What a container of the image would be started with. */
export interface Image {
  /** Folder that holds what the instructions put on top of the base image. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  /** As Docker keeps it: `['CMD', 'program', ...]` or `['NONE']`. */
  readonly healthcheck: readonly string[];
}

/**
 * Does what the instructions of our Dockerfiles say, without Docker: each stage is a folder, and `RUN` runs in a namespace of its own,
 * with that folder as the root, this machine's /usr and /etc to read, and the given Node.js. So it needs root and Debian or Ubuntu, which
 * stand in for the base image. An instruction or a form of one that it does not know is an error, never skipped.
 */
export class ImageBuilder {
  readonly #options: { readonly context: string; readonly work: string; readonly node: string };
  /** Stages that were built, by their text: Docker's cache would have them too. */
  readonly #stages = new Map<string, Promise<Image>>();

  /** `context`: the files that a build is sent; `work`: a folder to fill; `node`: the program of the base images. */
  constructor(options: { readonly context: string; readonly work: string; readonly node: string }) {
    this.#options = options;
  }

  /** The image of the last stage. */
  async build({ arguments: globals, stages }: Dockerfile): Promise<Image> {
    const named = new Map<string, Image>();
    let image: Image | undefined;
    for (const stage of stages) {
      const key = JSON.stringify([globals, stage]);
      const building = this.#stages.get(key) ?? this.#stage(stage, globals, named);
      // What is copied from another stage is not in its text.
      if (!stage.commands.some(({ value }) => Boolean(value['From']))) this.#stages.set(key, building);
      image = await building;
      named.set(stage.name, image);
    }
    assert.ok(image);
    return image;
  }

  async #stage(
    stage: Stage,
    globals: Readonly<Record<string, string>>,
    earlier: ReadonlyMap<string, Image>,
  ): Promise<Image> {
    const draft = new StageDraft(await mkdtemp(path.join(this.#options.work, `${stage.name}-`)), globals);
    // It becomes the root directory, which everybody may enter.
    await chmod(draft.root, 0o755);
    for (const instruction of stage.commands) {
      if (!draft.apply(instruction)) await this.#execute(instruction, draft, earlier);
    }
    return draft;
  }

  async #execute({ name, value }: Instruction, draft: StageDraft, earlier: ReadonlyMap<string, Image>): Promise<void> {
    switch (name.toLowerCase()) {
      case 'workdir':
        draft.workdir = path.posix.resolve(draft.workdir, draft.expand(String(value['Path'])));
        await mkdir(draft.root + draft.workdir, { recursive: true });
        return;
      case 'copy':
        return this.#copy(value as unknown as Copy, draft, earlier);
      case 'run':
        return this.#run(value as unknown as CommandLine, draft);
      default:
        throw new Error(`an instruction that the test does not know: ${name}`);
    }
  }

  async #copy(copy: Copy, draft: StageDraft, earlier: ReadonlyMap<string, Image>): Promise<void> {
    const from = copy.From === '' ? this.#options.context : earlier.get(copy.From)?.root;
    assert.ok(from !== undefined, `COPY --from=${copy.From}`);
    const to = draft.root + path.posix.resolve(draft.workdir, copy.DestPath);
    for (const source of copy.SourcePaths) {
      assert.doesNotMatch(source, /[*?[]/, 'patterns are not known here');
      const full = path.join(from, source);
      if ((await stat(full)).isDirectory()) {
        await mkdir(to, { recursive: true });
        await run('cp', ['-aT', '--no-preserve=ownership', full, to]);
      } else {
        const target =
          copy.DestPath.endsWith('/') || copy.SourcePaths.length > 1 ? path.join(to, path.basename(source)) : to;
        await cp(full, target);
      }
    }
    if (copy.Chown !== '') await run('chown', ['-R', copy.Chown, to]);
  }

  async #run({ CmdLine, PrependShell }: CommandLine, draft: StageDraft): Promise<void> {
    assert.ok(PrependShell && CmdLine.length === 1, 'RUN in its shell form');
    const passed = Object.entries(process.env).filter(([key]) =>
      /^((https?|no)_proxy|npm_config_.*|.*_CERTS?)$/i.test(key),
    );
    const home = homedir();
    const env = { ...Object.fromEntries(passed), HOME: home, PATH: `/base/bin:${SYSTEM_PATH}`, ...draft.env };
    const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const command = `cd '${draft.workdir}' && ${CmdLine[0] ?? ''}`;
    const cache = draft.env['npm_config_cache'] ?? `${home}/.npm`;
    const inside = [BUILD_ROOT, 'stage', draft.root, this.#options.node, home, cache, ...settings];
    try {
      await run('unshare', [...NAMESPACES, 'bash', '-euc', ...inside, '/bin/sh', '-c', command], {
        timeout: RUN_MS,
        maxBuffer: 64 << 20,
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`RUN ${CmdLine[0] ?? ''}\n${stdout.slice(-4000)}${stderr.slice(-4000)}`, { cause: error });
    }
  }
}

interface Copy {
  readonly SourcePaths: readonly string[];
  readonly DestPath: string;
  readonly From: string;
  readonly Chown: string;
}

interface CommandLine {
  readonly CmdLine: readonly string[];
  readonly PrependShell: boolean;
}

/** A mount and a process namespace that end with the process. */
export const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'] as const;

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Arguments: the root, the program of Node.js, the home folder (npm's settings), where npm's cache is to be (the only cache mount that
 * there is; it is this machine's), then variables and a command.
 */
const BUILD_ROOT = `
root=$1 node=$2 home=$3 cache=$4
shift 4
mount --bind "$root" "$root"
for name in bin sbin lib lib64; do
  [ ! -L "/$name" ] || ln -sfn "usr/$name" "$root/$name"
done
for name in usr etc opt; do
  mkdir -p "$root/$name"
  mount --rbind -o ro "/$name" "$root/$name"
done
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root$home" "$root/base/bin"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$home" "$root$home"
mkdir -p "$home/.npm" "$root$cache"
mount --bind "$home/.npm" "$root$cache"
touch "$root/base/bin/node"
mount --bind "$node" "$root/base/bin/node"
exec chroot "$root" /usr/bin/env -i "$@"
`;

/** An image while its instructions are read. */
class StageDraft implements Image {
  readonly root: string;
  readonly env: Record<string, string> = {};
  readonly labels: Record<string, string> = {};
  readonly ports: string[] = [];
  readonly volumes: string[] = [];
  user = '';
  workdir = '/';
  entrypoint: readonly string[] = [];
  cmd: readonly string[] = [];
  healthcheck: readonly string[] = [];
  readonly #globals: Readonly<Record<string, string>>;
  readonly #arguments: Record<string, string> = {};

  constructor(root: string, globals: Readonly<Record<string, string>>) {
    this.root = root;
    this.#globals = globals;
  }

  /** Takes in an instruction that changes no files; false for one that does. */
  apply({ name, value }: Instruction): boolean {
    const list = (key: string): readonly string[] => (value[key] ?? []) as readonly string[];
    const pairs = (key: string): readonly Pair[] => (value[key] ?? []) as readonly Pair[];
    switch (name.toLowerCase()) {
      case 'arg':
        for (const { Key, Value } of pairs('Args')) {
          this.#arguments[Key] = Value === null ? (this.#globals[Key] ?? '') : this.expand(Value);
        }
        return true;
      case 'env':
        for (const { Key, Value } of pairs('Env')) this.env[Key] = this.expand(Value ?? '');
        return true;
      case 'label':
        for (const { Key, Value } of pairs('Labels')) this.labels[Key] = this.expand(Value ?? '');
        return true;
      case 'user':
        this.user = String(value['User']);
        return true;
      case 'expose':
        this.ports.push(...list('Ports'));
        return true;
      case 'volume':
        this.volumes.push(...list('Volumes'));
        return true;
      case 'entrypoint':
      case 'cmd':
        assert.equal(value['PrependShell'], false, `${name} without a shell: the image has none`);
        this[name.toLowerCase() as 'entrypoint' | 'cmd'] = list('CmdLine');
        return true;
      case 'healthcheck':
        this.healthcheck = (value['Health'] as { readonly Test: readonly string[] }).Test;
        return true;
      default:
        return false;
    }
  }

  /** A word without its quotes and with `$NAME` and `${NAME}` replaced. PATH is that of the base image at first. */
  expand(word: string): string {
    const plain = word.replace(/^"(.*)"$/s, '$1');
    return plain.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) => {
      const key = braced ?? bare ?? '';
      const value = this.env[key] ?? this.#arguments[key] ?? (key === 'PATH' ? SYSTEM_PATH : undefined);
      assert.ok(value !== undefined, `$${key} is set`);
      return value;
    });
  }
}

interface Pair {
  readonly Key: string;
  readonly Value: string | null;
}
