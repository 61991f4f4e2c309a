import { cp, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './free-port.ts';
import { LocalProcess } from './local-process.ts';
import { stackDirectory } from './provision.ts';

const SCRAPE = '1s';

/**
 * Prometheus 3, which docker-compose.yml runs, stores the bounds of histograms as floats, `le="10.0"`; Prometheus 2, which Debian has, as they are
 * exported, `le="10"`: https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values. Rules must know both. Unit tests
 * of the rules show those of 2, what is scraped here has those of 3.
 */
const BOUNDS_OF_PROMETHEUS_3 = { source_labels: ['le'], regex: '(\\d+)', target_label: 'le', replacement: '${1}.0' };

/** One value of an instant query. */
export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as Prometheus has loaded it. */
export interface LoadedRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly query: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An alert that is pending or fires. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** What a {@link PrometheusServer} works with. */
export interface PrometheusOptions {
  /** Targets (host:port) by job. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
  /** A folder of rule files. */
  readonly rules: string;
  /** Changes the text of each rule file. */
  readonly transform?: (text: string, file: string) => string;
}

/** A real Prometheus that scrapes and evaluates each second. Ends with this process. */
export class PrometheusServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: LocalProcess;

  private constructor(process: LocalProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  /** Starts one from the program `prometheus`. */
  static async start({ jobs, rules, transform = (text) => text }: PrometheusOptions): Promise<PrometheusServer> {
    const run = path.join(stackDirectory(), 'run');
    await mkdir(run, { recursive: true });
    const directory = await mkdtemp(path.join(run, `prometheus-${process.pid}-`));
    await cp(rules, path.join(directory, 'rules'), { recursive: true });
    for (const file of await readdir(path.join(directory, 'rules'))) {
      const at = path.join(directory, 'rules', file);
      await writeFile(at, transform(await readFile(at, 'utf8'), file));
    }
    const config = {
      global: { scrape_interval: SCRAPE, scrape_timeout: SCRAPE, evaluation_interval: SCRAPE },
      rule_files: ['rules/*.yaml'],
      scrape_configs: Object.entries(jobs).map(([name, targets]) => ({
        job_name: name,
        static_configs: [{ targets }],
        metric_relabel_configs: [BOUNDS_OF_PROMETHEUS_3],
      })),
    };
    const configFile = path.join(directory, 'prometheus.yml');
    await writeFile(configFile, stringify(config));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = new LocalProcess({
      name: 'Prometheus',
      command: 'prometheus',
      args: [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${path.join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
        // As in docker-compose.yml.
        '--enable-feature=exemplar-storage',
      ],
      directory,
      logFile: path.join(directory, 'prometheus.log'),
      isReady: () => answers(`${url}/-/ready`),
      detached: false,
    });
    try {
      await server.start();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return new PrometheusServer(server, url);
  }

  /** Instant query; rejects with Prometheus' own words when it cannot be evaluated. */
  async query(expression: string): Promise<readonly PrometheusSample[]> {
    const { result } = (await this.#get(`query?query=${encodeURIComponent(expression)}`)) as {
      readonly result: readonly { metric: Record<string, string>; value: readonly [number, string] }[];
    };
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Labels of the exemplars that it has kept for some series in the last minutes. */
  async exemplars(series: string, minutes = 10): Promise<readonly Readonly<Record<string, string>>[]> {
    const end = Date.now() / 1000;
    const range = `start=${String(end - minutes * 60)}&end=${String(end)}`;
    const found = (await this.#get(`query_exemplars?query=${encodeURIComponent(series)}&${range}`)) as readonly {
      readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[];
    }[];
    return found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels));
  }

  async alerts(): Promise<readonly ActiveAlert[]> {
    return ((await this.#get('alerts')) as { alerts: readonly ActiveAlert[] }).alerts;
  }

  async rules(): Promise<readonly LoadedRule[]> {
    const { groups } = (await this.#get('rules')) as { groups: readonly { rules: readonly LoadedRule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.dispose();
  }

  async #get(what: string): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${what}`);
    const answer = (await response.json()) as { status: string; error?: string; data?: unknown };
    if (answer.status !== 'success') throw new Error(`${answer.error ?? 'no reason given'}: ${what}`);
    return answer.data;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
