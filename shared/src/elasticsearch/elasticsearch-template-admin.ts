import type { TemplateAdmin } from '../ports/template-admin.ts';
import { Deadline } from './deadline.ts';
import { Gateway } from './gateway.ts';
import { commonName } from './index-names.ts';
import { DEFAULT_INDEX_PREFIX, type ElasticsearchTemplateOptions } from './options.ts';
import { checkTemplate, installTemplate } from './template-installer.ts';

/** Administration of the index template. Connects for each call, and disconnects after it. */
export function createElasticsearchTemplateAdmin(options: ElasticsearchTemplateOptions): TemplateAdmin {
  const prefix = options.indexPrefix ?? DEFAULT_INDEX_PREFIX;
  const once = async <T>(ask: (gateway: Gateway, deadline: Deadline) => Promise<T>): Promise<T> => {
    const gateway = new Gateway(options);
    const deadline = new Deadline(options.timeoutMs);
    try {
      return await ask(gateway, deadline);
    } finally {
      deadline.dispose();
      await gateway.close();
    }
  };
  return {
    install: () => once((gateway, deadline) => installTemplate(gateway, prefix, options, deadline)),
    check: async () => ({
      name: commonName(prefix),
      version: await once((gateway, deadline) => checkTemplate(gateway, prefix, deadline)),
    }),
  };
}
