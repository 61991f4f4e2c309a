import { type Metric, type OpenMetricsContentType, Registry } from 'prom-client';
import type { Scrapable } from './metric-family.ts';

/**
 * The OpenMetrics form of a registry. prom-client renames the counters of a registry for good when it writes this form; so a registry of
 * views does it, in which counters are called without `_total`.
 */
export function openMetricsOf(registry: Registry): { readonly contentType: string; render(): Promise<string> } {
  const contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  return {
    contentType,
    render: () => {
      const views = new Registry<OpenMetricsContentType>();
      views.setContentType(contentType);
      for (const metric of registry.getMetricsAsArray()) {
        // The registry asks a metric for its name and `get()` only; its types name prom-client's own classes.
        const view = viewOf(metric as unknown as Scrapable);
        views.registerMetric(view as unknown as Metric);
      }
      return views.metrics();
    },
  };
}

function viewOf(metric: Scrapable): Scrapable {
  return {
    name: metric.name,
    get: async () => {
      const shown = await metric.get();
      return shown.type === 'counter' ? { ...shown, name: shown.name.replace(/_total$/, '') } : shown;
    },
  };
}

/** Whether a scraper asks for OpenMetrics at least as much as for text, by its `Accept` header. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const wanted = { open: 0, text: 0 };
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (type === 'application/openmetrics-text') wanted.open = Math.max(wanted.open, q);
    else if (type === 'text/plain') wanted.text = Math.max(wanted.text, q);
  }
  return wanted.open > 0 && wanted.open >= wanted.text;
}
