/** Names of OpenTelemetry's semantic conventions (`messaging.system`, `db.system.name`) for what a `DependencyState` names. */
export function systemName(dependency: string): string {
  for (const known of ['kafka', 'elasticsearch']) if (dependency.startsWith(known)) return known;
  return 'paylog_embedded';
}
