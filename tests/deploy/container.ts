import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { guardProcess } from '../stack/guard.ts';
import { NAMESPACES, type Image } from './image-builder.ts';

/**
 * A process of an image, as a container runtime would start it with `--read-only --tmpfs /tmp --cap-drop ALL --security-opt
 * no-new-privileges`: number 1 of its own process namespace, the image's user, and a root that holds nothing but the image, this
 * machine's shared libraries and the given Node.js. The network is this machine's.
 */
export class Container implements AsyncDisposable {
  readonly #exit: Promise<number | NodeJS.Signals>;
  #ended = false;
  /** Number 1 of the namespace, by its number here. */
  #first = 0;
  stdout = '';
  stderr = '';

  private constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#exit = once(child, 'close').then(([code, signal]) => {
      this.#ended = true;
      return (code as number | null) ?? (signal as NodeJS.Signals);
    });
  }

  /** `args` take the place of the image's CMD; `entrypoint` that of its ENTRYPOINT. `volumes`: paths to keep in which folder. */
  static async start(
    image: Image,
    options: {
      readonly node: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly args?: readonly string[];
      readonly entrypoint?: readonly string[];
      readonly volumes?: Readonly<Record<string, string>>;
    },
  ): Promise<Container> {
    const { node, env = {}, args = image.cmd, entrypoint = image.entrypoint, volumes = {} } = options;
    const [user = '', group = user] = image.user.split(':');
    // Runtimes give a user whom nobody knows the root directory as its home.
    const settings = Object.entries({ HOME: '/', ...image.env, ...env }).map(([key, value]) => `${key}=${value}`);
    const mounts = Object.entries(volumes).flat();
    const child = spawn(
      'unshare',
      [
        ...[...NAMESPACES, 'bash', '-euc', RUN_ROOT, 'container', image.root, node, image.workdir, user, group],
        ...[String(mounts.length / 2), ...mounts, ...settings, '--', ...entrypoint, ...args],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const container = new Container(child);
    const children = `/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`;
    await waitUntil(
      async () => {
        container.#first = Number((await readFile(children, 'utf8').catch(() => '')).trim());
        return container.#first > 0 || container.#ended;
      },
      5000,
      () => `a process in the namespace; it wrote:\n${container.stderr}`,
    );
    // Whoever changes its user is no longer ended with its parent.
    if (container.#first > 0) void container.exit.then(guardProcess(container.#first));
    return container;
  }

  /** A folder for a volume, with the owner of what the image has at its place. */
  static async volume(image: Image, work: string): Promise<string> {
    const folder = await mkdtemp(path.join(work, 'volume-'));
    const [user = '0', group = user] = image.user.split(':');
    await chown(folder, Number(user), Number(group));
    return folder;
  }

  get exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  /** To number 1 of the namespace, which is what a container runtime sends its signals to. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (!this.#ended) process.kill(this.#first, signal);
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}

/** Arguments: root, Node.js, working directory, user, group, number of volumes, (place, folder) of each, variables, `--`, command. */
const RUN_ROOT = `
root=$1 node=$2 workdir=$3 user=$4 group=$5 volumes=$6
shift 6
mount --bind "$root" "$root"
for name in lib lib64; do
  [ ! -L "/$name" ] || ln -sfn "usr/$name" "$root/$name"
  [ ! -d "/usr/$name" ] || { mkdir -p "$root/usr/$name"; mount --rbind -o ro "/usr/$name" "$root/usr/$name"; }
done
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/nodejs/bin"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o size=16m,noexec,nosuid,nodev,mode=1777 tmpfs "$root/tmp"
touch "$root/nodejs/bin/node"
mount --bind "$node" "$root/nodejs/bin/node"
for ((i = 0; i < volumes; i += 1)); do
  mkdir -p "$root$1"
  mount --bind "$2" "$root$1"
  shift 2
done
mount -o remount,bind,ro "$root"
settings=()
while [ "$1" != -- ]; do
  settings+=("$1")
  shift
done
shift
setpriv=$(command -v setpriv) unshare=$(command -v unshare)
exec env -i "\${settings[@]}" "$setpriv" --no-new-privs \\
  "$unshare" --root="$root" --wd="$workdir" --setgid="$group" --setuid="$user" "$@"
`;
