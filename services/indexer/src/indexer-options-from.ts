import type { Config } from '@paylog/shared/config/config';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import type { IndexerOptions } from './indexer.ts';

/** The indexer's settings from the configuration of its process. */
export function indexerOptionsFrom(
  config: Pick<
    Config<'indexer' | 'standalone'>,
    'pipeline' | 'topics' | 'limits' | 'timeouts' | 'indexer' | 'index' | 'store'
  >,
): IndexerOptions {
  const { pipeline, topics, limits, timeouts, indexer, index, store } = config;
  return {
    prepare: {
      directTopic: topics.direct,
      dataSet: pipeline.dataSet,
      preparer: new RecordPreparer({
        maxBytes: limits.maxRecordBytes,
        maxDepth: limits.maxRecordDepth,
        maxKeys: limits.maxRecordKeys,
      }),
    },
    bulk: {
      maxBytes: indexer.bulkMaxBytes,
      maxDelayMs: indexer.bulkMaxDelayMs,
      concurrency: indexer.bulkConcurrency,
    },
    maxInflightBytes: indexer.maxInflightBytes,
    retryMinMs: indexer.retryMinMs,
    retryMaxMs: indexer.retryMaxMs,
    drainTimeoutMs: timeouts.drainMs,
    stallTimeoutMs: indexer.stallTimeoutMs,
    // The embedded store's searches see what is committed.
    searchableAfterMs: store.kind === 'elasticsearch' ? index.refreshMs : 0,
    deadLetterTopic: topics.deadLetters,
    maxBatchBytes: topics.maxBatchBytes,
  };
}
