import type { ServiceFrom } from '@paylog/shared/record/prepare';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Where shippers leave the name of what wrote a log, the most telling first: Kubernetes metadata of Beats and Fluent Bit, container
 * metadata, syslog and journald, modules of Beats, then the shipper itself. ECS names
 * (https://www.elastic.co/docs/reference/ecs) where there are some.
 */
const SERVICE_FIELDS: readonly string[] = [
  'kubernetes.labels.app.kubernetes.io/name',
  'kubernetes.labels.app_kubernetes_io/name',
  'kubernetes.labels.app',
  'kubernetes.container.name',
  'kubernetes.container_name',
  'container.name',
  'container_name',
  'process.name',
  'log.syslog.appname',
  'programname',
  'ident',
  'systemd.unit',
  'service.type',
  'event.dataset',
  'event.module',
  'fileset.name',
  'agent.name',
];

const PATHS = SERVICE_FIELDS.map((path) => path.split('.'));
const MAX_LENGTH = 256;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The value at the end of `names`, each step one name or several with dots between. */
function valueAt(fields: Fields, names: readonly string[], from: number): unknown {
  for (let to = names.length; to > from; to -= 1) {
    const name = names.slice(from, to).join('.');
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (to === names.length) {
      if (typeof value === 'string') return value;
    } else if (isFields(value)) {
      const found = valueAt(value, names, to);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The service of a record that names none, from {@link SERVICE_FIELDS}. */
export const serviceFromFields: ServiceFrom = ({ attributes }) => {
  if (attributes === undefined) return undefined;
  for (const path of PATHS) {
    const value = valueAt(attributes, path, 0);
    if (typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH) return value;
  }
  return undefined;
};
