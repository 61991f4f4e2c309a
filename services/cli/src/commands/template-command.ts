import type { TemplateAdmin, TemplateInstallation } from '@paylog/shared/ports/template-admin';
import type { CliContext } from '../cli-context.ts';
import type { ExitName } from '../exit-codes.ts';
import { type PaylogCommand, textOption } from '../paylog-command.ts';
import type { AddRun } from './add-run.ts';
import { indexerConfig, throwAsCliError, toolsOf } from './indexer-config.ts';

type Flags = Readonly<Record<string, unknown>>;

interface Scene {
  readonly admin: TemplateAdmin;
  readonly flags: Flags;
  readonly context: CliContext;
}

const COMMANDS = [
  {
    name: 'install',
    summary: 'install the index template',
    description:
      'Installs the index template of this release with the settings of the configuration (INDEX_SHARDS, INDEX_REPLICAS, INDEX_REFRESH_MS), as the indexer does at its start. A newer one is left as it is. Fails when another template would go before it.',
    example: 'ELASTICSEARCH_API_KEY=... paylog template install --elasticsearch https://es:9200',
    run: install,
  },
  {
    name: 'check',
    summary: 'look whether the index template is there',
    description:
      'Looks at the index template as an indexer that may not install it (INDEX_INSTALL_TEMPLATE=false) does at its start. The exit code is 1 when it is missing or older than this release.',
    example: 'paylog template check --env-file prod.env',
    run: check,
  },
] as const;

/** Adds `template` to the program. */
export function addTemplateCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const template = program.createCommand('template').summary('install and check the index template of Elasticsearch');
  template.description(
    'Works on the index template of Elasticsearch with the configuration of the indexer (docs/config.md): ELASTICSEARCH_URL, INDEX_SHARDS ' +
      'and so on, from the environment or from a file. Passwords and API keys come from there only.',
  );
  for (const { name, summary, description, example, run } of COMMANDS) {
    const command = template
      .createCommand(name)
      .summary(summary)
      .description(description)
      .option('--elasticsearch <url>', 'address of the cluster, instead of ELASTICSEARCH_URL')
      .option('--env-file <file>', 'take the configuration from this file instead of the environment')
      .option('--json', 'the result as JSON')
      .withExamples([{ what: summary, command: example }]);
    template.addCommand(command);
    addRun(command, async (_args, flags) => run(await sceneOf(flags, context)).catch(throwAsCliError));
  }
  program.addCommand(template);
}

async function sceneOf(flags: Flags, context: CliContext): Promise<Scene> {
  const config = await indexerConfig(flags, context, { ELASTICSEARCH_URL: textOption(flags, 'elasticsearch') });
  return { admin: await toolsOf(context.templateAdmin(config)), flags, context };
}

async function install({ admin, flags, context }: Scene): Promise<ExitName> {
  const made = await admin.install();
  const { name, before, version } = made;
  context.stdout.write(
    flags['json'] === true
      ? `${JSON.stringify({ template: name, before: before ?? null, version })}\n`
      : `${name}: ${whatHappened(made)}\n`,
  );
  return 'ok';
}

function whatHappened({ before, version }: TemplateInstallation): string {
  if (before === undefined) return `installed, version ${version}`;
  return before < version ? `raised from version ${before} to ${version}` : `was there, version ${version}`;
}

async function check({ admin, flags, context }: Scene): Promise<ExitName> {
  const { name, version } = await admin.check();
  context.stdout.write(
    flags['json'] === true ? `${JSON.stringify({ template: name, version })}\n` : `${name}: good, version ${version}\n`,
  );
  return 'ok';
}
