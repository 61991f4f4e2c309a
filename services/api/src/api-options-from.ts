import type { Config } from '@paylog/shared/config/config';
import type { ApiOptions } from './api.ts';

/** The API's part of the configuration. */
export function apiOptionsFrom(
  config: Pick<Config<'api'>, 'http' | 'topics' | 'consumer' | 'pipeline' | 'limits' | 'timeouts'>,
): ApiOptions {
  const { http, topics, consumer, pipeline, limits, timeouts } = config;
  return {
    host: http.host,
    port: http.port,
    topic: topics.records,
    indexing: {
      topics: [topics.records, topics.direct],
      group: consumer.group,
      deadLetterTopic: topics.deadLetters,
    },
    dataSet: pipeline.dataSet,
    maxDataSets: limits.maxDataSets,
    recordLimits: {
      maxBytes: limits.maxRecordBytes,
      maxDepth: limits.maxRecordDepth,
      maxKeys: limits.maxRecordKeys,
    },
    maxBodyBytes: limits.maxBodyBytes,
    maxRecordsPerRequest: limits.maxRecordsPerRequest,
    maxInflightBytes: limits.maxInflightBytes,
    maxTails: limits.maxTails,
    maxExports: limits.maxExports,
    requestTimeoutMs: timeouts.requestMs,
    publishTimeoutMs: timeouts.publishMs,
    searchTimeoutMs: timeouts.searchMs,
    searchSlowMs: timeouts.searchSlowMs,
    drainTimeoutMs: timeouts.drainMs,
    jaegerUiUrl: http.jaegerUiUrl,
  };
}
