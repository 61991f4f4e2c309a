import path from 'node:path';
import { createHash } from 'node:crypto';
import { ApiClient } from '../api/api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { ExitName } from '../exit-codes.ts';
import { count, counted } from '../output/numbers.ts';
import { collect, listOption, type PaylogCommand, textOption } from '../paylog-command.ts';
import { BatchDelivery } from '../send/deliver-batch.ts';
import { Progress } from '../send/progress.ts';
import { RejectsFile } from '../send/rejects-file.ts';
import { type Start, startOf } from '../send/resume.ts';
import { SendJob } from '../send/send-job.ts';
import { openSource, type SendSource } from '../send/send-source.ts';
import { type SendState, StateFile } from '../send/send-state.ts';
import type { RecordShape } from '../send/stream-identity.ts';
import { readSettings, type Settings } from '../settings.ts';
import type { AddRun } from './add-run.ts';

const SETTING_NAMES = ['url', 'apiKey', 'service', 'concurrency', 'batch', 'retryFor', 'timeout'] as const;
const FORMATS = ['auto', 'json', 'text'] as const;

type Flags = Readonly<Record<string, unknown>>;

/** Adds `send` to the program. */
export function addSendCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const command = program
    .createCommand('send')
    .summary('send a file or standard input')
    .description(
      'Sends records (a JSON object on each line) or plain lines to the API, and waits until the queue holds them. A plain line ' +
        'becomes the message of a record. A send that was interrupted, in whatever way, goes on where it stopped when the same ' +
        'command is run again; nothing is stored twice. Lines that the API refuses are written to a file with the reason.',
    )
    .argument('[file]', 'file to send; "-" or absent: standard input')
    .withSettings(SETTING_NAMES)
    .option(
      '--format <format>',
      `what a line is: ${FORMATS.join(', ')}; auto takes lines that begin with "{" for JSON`,
      'auto',
    )
    .option(
      '--field <name=value>',
      'another member of the records of plain lines, such as level=warn (repeatable)',
      collect,
    )
    .option('--id <name>', 'your name for the input: lets standard input be resumed when the same bytes come again')
    .option(
      '--rejects <file>',
      'where refused lines go (default: the name of the input with .rejects.ndjson, in this directory)',
    )
    .option('--state <file>', 'where progress is kept (default: below ~/.local/state/paylog)')
    .option('--no-resume', 'begin at the first line; a file that has not changed since is not stored twice')
    .option('--no-gzip', 'send without compression')
    .option('--quiet', 'no progress')
    .option('--json', 'the summary as a JSON object')
    .withExamples([
      { what: 'records, one JSON object on each line', command: 'paylog send events.ndjson' },
      { what: 'plain lines', command: 'paylog send --service checkout --field level=warn checkout.log' },
      { what: 'the output of a program', command: './job 2>&1 | paylog send --service job -' },
      {
        what: 'a compressed file, so that it can be resumed',
        command: 'zcat old.log.gz | paylog send --id old.log.gz --service checkout',
      },
    ]);
  program.addCommand(command);
  addRun(command, ([file], flags) => send(file, flags, context));
}

async function send(file: string | undefined, flags: Flags, context: CliContext): Promise<ExitName> {
  const settings = await readSettings(SETTING_NAMES, { ...context, flags });
  const shape = shapeOf(flags, settings.service);
  const id = textOption(flags, 'id');
  const isTyped = (file === undefined || file === '-') && context.stdin.isTTY === true;
  if (isTyped && flags['quiet'] !== true) context.stderr.write('reading lines from the terminal; Ctrl-D ends\n');
  const source = await openSource(file, context.stdin, { id, hostName: context.hostName });
  const stateFile = stateFileFor(flags, source, settings.url, context);
  const rejects = new RejectsFile(textOption(flags, 'rejects') ?? defaultRejects(file), source.name);
  const wanted = {
    url: settings.url,
    batch: settings.batch,
    rejectsFile: rejects.path,
    resume: flags['resume'] !== false,
  };
  const start = startOf(source, await stateFile?.read(), wanted);
  if (start.nothingNew) return finish({ state: start.state, before: start.state, seconds: 0, rejects, flags, context });
  if (start.note !== undefined && flags['quiet'] !== true) context.stderr.write(`${start.note}\n`);
  await rejects.resume(start.keepRejects);
  return runJob({ settings, shape, source, stateFile, rejects, start, flags, context });
}

interface Job {
  readonly settings: Settings<(typeof SETTING_NAMES)[number]>;
  readonly shape: RecordShape;
  readonly source: SendSource;
  readonly stateFile: StateFile | undefined;
  readonly rejects: RejectsFile;
  readonly start: Start;
  readonly flags: Flags;
  readonly context: CliContext;
}

async function runJob({ settings, shape, source, stateFile, rejects, start, flags, context }: Job): Promise<ExitName> {
  const before = start.state;
  const startedMs = performance.now();
  const progress = new Progress({
    output: context.stderr,
    totalBytes: source.size,
    startBytes: before.offset,
    quiet: flags['quiet'] === true,
  });
  const client = new ApiClient({
    url: settings.url,
    apiKey: settings.apiKey,
    timeoutMs: settings.timeout,
    userAgent: `paylog/${context.version}`,
  });
  const job = new SendJob({
    source,
    stateFile,
    rejects,
    start: before,
    concurrency: settings.concurrency,
    signal: context.signal,
    delivery: (signal) =>
      new BatchDelivery({
        client,
        identity: before.identity,
        shape,
        compress: flags['gzip'] !== false,
        retry: {
          retryForMs: settings.retryFor,
          signal,
          onRetry: (reason, waitMs) => progress.retrying(reason, waitMs),
        },
      }),
    onProgress: ({ offset, open, accepted, rejected }) =>
      progress.update({
        bytes: offset + open,
        lines: accepted + rejected - before.accepted - before.rejected,
        rejected: rejected - before.rejected,
      }),
  });
  progress.start();
  try {
    await job.run();
  } catch (error) {
    progress.stop();
    throw withPlace(error, job.state, stateFile !== undefined);
  }
  progress.stop();
  const seconds = (performance.now() - startedMs) / 1000;
  return finish({ state: job.state, before, seconds, rejects, flags, context });
}

/** Says how far it came, and how to go on. */
function withPlace(error: unknown, { accepted, rejected, line }: SendState, canResume: boolean): unknown {
  if (!(error instanceof CliError)) return error;
  const done = `${count(accepted)} accepted, ${count(rejected)} rejected before that`;
  const next = canResume ? `; run the same command again to go on at line ${line}` : '';
  return new CliError(error.exit, `${error.message} (${done}${next})`, { cause: error });
}

function shapeOf(flags: Flags, service: string | undefined): RecordShape {
  const format = FORMATS.find((name) => name === flags['format']);
  if (format === undefined) throw new CliError('usage', `--format: expected one of ${FORMATS.join(', ')}`);
  const fields: Record<string, string> = {};
  for (const pair of listOption(flags, 'field')) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined || name === 'message') {
      throw new CliError('usage', '--field: expected name=value, and a name other than message');
    }
    fields[name] = value;
  }
  if (format === 'text' && service === undefined && !('service' in fields)) {
    throw new CliError('usage', 'plain lines need a service: --service <name>, or PAYLOG_SERVICE');
  }
  return { service, format, fields };
}

function stateFileFor(
  flags: Flags,
  { key, name }: SendSource,
  url: string,
  context: CliContext,
): StateFile | undefined {
  const given = textOption(flags, 'state');
  if (key === undefined) {
    if (given !== undefined) throw new CliError('usage', `${name} can be resumed only with --id <name>`);
    return undefined;
  }
  const home = context.env['XDG_STATE_HOME'];
  const base = home === undefined || home === '' ? path.join(context.homeDirectory, '.local', 'state') : home;
  const digest = createHash('sha256').update(`${url}\0${key}`).digest('hex').slice(0, 24);
  return new StateFile(given ?? path.join(base, 'paylog', `send-${digest}.json`));
}

function defaultRejects(file: string | undefined): string {
  return `${file === undefined || file === '-' ? 'stdin' : path.basename(file)}.rejects.ndjson`;
}

interface Finished {
  readonly state: SendState;
  readonly before: SendState;
  readonly seconds: number;
  readonly rejects: RejectsFile;
  readonly flags: Flags;
  readonly context: CliContext;
}

function finish({ state, before, seconds, rejects, flags, context }: Finished): ExitName {
  const accepted = state.accepted - before.accepted;
  const rejected = state.rejected - before.rejected;
  const anyRejected = state.rejected > 0 && state !== before;
  if (flags['json'] === true) {
    const summary = {
      source: state.source,
      complete: state.complete,
      accepted,
      rejected,
      accepted_before: before.accepted,
      rejected_before: before.rejected,
      next_line: state.line,
      seconds: Math.round(seconds * 1000) / 1000,
      rejects_file: anyRejected ? rejects.path : null,
    };
    context.stdout.write(`${JSON.stringify(summary)}\n`);
  } else {
    context.stdout.write(summaryText(state, before, accepted, rejected, seconds));
    if (anyRejected) context.stdout.write(`refused lines, with the reason of each: ${rejects.path}\n`);
  }
  if (!state.complete) return 'interrupted';
  return anyRejected ? 'failed' : 'ok';
}

function summaryText(state: SendState, before: SendState, accepted: number, rejected: number, seconds: number): string {
  if (state === before)
    return `nothing new: ${counted(state.accepted, 'line')} of ${state.source} were sent before (--no-resume sends them again)\n`;
  const lines = accepted + rejected;
  const rate = seconds > 0 ? `, ${count(lines / seconds)} lines/s` : '';
  const earlier = before.accepted + before.rejected;
  const total =
    earlier === 0
      ? ''
      : ` (with those of before: ${count(state.accepted)} accepted, ${count(state.rejected)} rejected)`;
  const stopped = state.complete ? '' : `stopped before line ${state.line}: `;
  return `${stopped}${counted(lines, 'line')} sent: ${count(accepted)} accepted, ${count(rejected)} rejected in ${seconds.toFixed(1)} s${rate}${total}\n`;
}
