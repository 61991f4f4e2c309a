import { StoreUnavailableError } from '../errors/store-unavailable-error.ts';
import type { Deadline } from './deadline.ts';
import { faultOf, type Answer, type Gateway } from './gateway.ts';
import { commonName } from './index-names.ts';
import { indexTemplate, isOurMeta, TEMPLATE_VERSION } from './index-template.ts';
import type { IndexOptions } from './options.ts';
import type { TemplateInstallation } from '../ports/template-admin.ts';

interface FoundTemplates {
  readonly index_templates?: readonly { readonly index_template?: { readonly version?: number } }[];
}

interface Simulated {
  readonly template?: { readonly mappings?: { readonly _meta?: unknown } };
  readonly overlapping?: readonly { readonly name?: string }[];
}

/**
 * Installs the index template, unless a newer one is there, and makes sure that it decides how our indices are made. Resolves
 * with the version before (0: one without a version) and now. Rejects with `StoreUnavailableError` when the store does not
 * answer or is busy, with a plain `Error` when it refuses.
 */
export async function installTemplate(
  gateway: Gateway,
  prefix: string,
  options: IndexOptions,
  deadline: Deadline,
): Promise<TemplateInstallation> {
  const before = await installedVersion(gateway, prefix, deadline);
  const isNewer = before !== undefined && before > TEMPLATE_VERSION;
  if (!isNewer) {
    const body = indexTemplate(prefix, options);
    expectOk(await gateway.request({ method: 'PUT', path: pathOf(prefix), body }, deadline), 'install');
  }
  await assertInForce(gateway, prefix, deadline);
  return { name: commonName(prefix), before, version: isNewer ? before : TEMPLATE_VERSION };
}

/**
 * For those who may not install it: resolves with the version of the index template, which is ours or a newer one. Reads
 * nothing else, so that the privilege `monitor` is enough. Rejects like {@link installTemplate}, and when it is missing or older.
 */
export async function checkTemplate(gateway: Gateway, prefix: string, deadline: Deadline): Promise<number> {
  const installed = await installedVersion(gateway, prefix, deadline);
  if (installed !== undefined && installed >= TEMPLATE_VERSION) return installed;
  const what =
    installed === undefined
      ? 'does not exist'
      : `has version ${String(installed)}, but version ${String(TEMPLATE_VERSION)} or later is needed`;
  throw new Error(
    `the index template ${commonName(prefix)} ${what}, and installing it is not allowed here: run \`paylog template install\` of this release with a login that may`,
  );
}

function pathOf(prefix: string): string {
  return `/_index_template/${commonName(prefix)}`;
}

/** Undefined when there is none. */
async function installedVersion(gateway: Gateway, prefix: string, deadline: Deadline): Promise<number | undefined> {
  const found = await gateway.request({ method: 'GET', path: pathOf(prefix) }, deadline);
  if (found.kind === 'answer' && found.status === 404) return undefined;
  const { index_templates: templates = [] } = JSON.parse(expectOk(found, 'read')) as FoundTemplates;
  return templates[0]?.index_template?.version ?? 0;
}

/** Another template of higher priority would make our indices without our mapping, or as data streams. */
async function assertInForce(gateway: Gateway, prefix: string, deadline: Deadline): Promise<void> {
  const path = `/_index_template/_simulate_index/${prefix}-main-2000.01.01`;
  const answer = await gateway.request({ method: 'POST', path }, deadline);
  const { template, overlapping = [] } = JSON.parse(expectOk(answer, 'check')) as Simulated;
  if (isOurMeta(prefix, template?.mappings?._meta)) return;
  const names = overlapping.map(({ name }) => name).join(', ');
  throw new Error(
    `Elasticsearch would not use the index template ${commonName(prefix)}: another one with a higher priority matches ${prefix}-* as well (templates that overlap: ${names})`,
  );
}

function expectOk(answer: Answer, verb: string): string {
  if (answer.kind === 'answer' && answer.status === 200) return answer.text;
  const { reason } = faultOf(answer);
  const message = `cannot ${verb} the index template: ${reason}`;
  if (answer.kind === 'none') {
    throw new StoreUnavailableError(answer.type === 'timeout' ? 'store_timeout' : 'store_unavailable', message);
  }
  if (answer.status === 429 || answer.status >= 500) throw new StoreUnavailableError('store_unavailable', message);
  throw new Error(message);
}
