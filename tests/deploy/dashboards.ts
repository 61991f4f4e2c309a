import { readFile } from 'node:fs/promises';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', '..', 'infra', 'grafana', 'dashboards');

/** Names of the dashboards that are drawn from Prometheus, as files. */
export const METRIC_DASHBOARDS = ['ingest', 'indexing', 'search', 'slo'] as const;

/** The part of Grafana's dashboard model that we write. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly { readonly expr: string; readonly datasource: DataSource }[] };
  readonly panels: readonly Panel[];
}

interface DataSource {
  readonly type: string;
  readonly uid: string;
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly current: { readonly value: string | readonly string[] };
  readonly allValue?: string;
  readonly datasource?: DataSource;
}

/** A panel, or a row. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: DataSource;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: DataSource;
    readonly legendFormat: string;
  }[];
}

/** Reads one of {@link METRIC_DASHBOARDS}. */
export async function readDashboard(name: string): Promise<Dashboard> {
  return JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as Dashboard;
}

/** An expression as Grafana sends it when all is selected, with windows that suit a product that has just begun. */
export function interpolated(expression: string): string {
  return expression.replaceAll('$__rate_interval', '15s').replaceAll('$__range', '1m').replaceAll('$protocol', '.*');
}
