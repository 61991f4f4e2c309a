/** Splunk's HTTP Event Collector (https://docs.splunk.com/Documentation/Splunk/latest/Data/HECRESTendpoints). */
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { recordFault, type RecordFault } from '@paylog/shared/record/fault';
import { bodyText } from './body-text.ts';
import { ackDisabled, hecAnswer, hecBusy, hecProblem, noData } from './splunk-hec-answer.ts';
import { hecEvent, hecRaw, METADATA, type Metadata } from './splunk-hec-records.ts';
import { lineSpans, splitEvents } from './splunk-hec-split.ts';
import { idempotencyKey } from './native-parameters.ts';
import type { Decoded, Protocol } from './protocol.ts';
import type { RecordSource } from './record-batch.ts';

/** Longest value of the query string: each is stored with every event of the request. */
const MAX_PARAMETER_LENGTH = 256;

type Read = (body: Buffer, maxRecords: number, metadata: Metadata) => (RecordSource | RecordFault)[];

/** What the query string says of events that do not say it themselves. Other parameters (`channel`, ...) are Splunk's own affair. */
function metadataOf(query: URLSearchParams): Metadata {
  const metadata: Record<string, string> = {};
  for (const name of METADATA) {
    const value = query.get(name);
    if (value === null || value === '') continue;
    if (value.length > MAX_PARAMETER_LENGTH) {
      const detail = `${name} may have at most ${MAX_PARAMETER_LENGTH} characters`;
      throw new ProblemError('invalid_parameter', detail, { field: name });
    }
    metadata[name] = value;
  }
  return metadata;
}

const NOT_UTF8 = recordFault('invalid_utf8', 'the event is not valid UTF-8');

const readEvents: Read = (body, maxRecords, metadata) => {
  const texts = bodyText(body);
  const spans = splitEvents(body, maxRecords);
  return Array.from({ length: spans.length / 2 }, (_, number) => {
    const event = texts(spans[number * 2] ?? 0, spans[number * 2 + 1] ?? 0);
    return event === undefined ? NOT_UTF8 : hecEvent(event, metadata);
  });
};

const readRaw: Read = (body, maxRecords, metadata) => {
  const texts = bodyText(body);
  const sources: (RecordSource | RecordFault)[] = [];
  for (const [from, to] of lineSpans(body, 0)) {
    if (sources.length === maxRecords) {
      throw new ProblemError('too_many_records', `at most ${maxRecords} lines in one request`);
    }
    const line = texts(from, to);
    sources.push(line === undefined ? NOT_UTF8 : hecRaw(line, metadata));
  }
  return sources;
};

function createHec(read: Read): Protocol {
  return {
    name: 'splunk_hec',
    begin({ query, headers }) {
      const metadata = metadataOf(query);
      const key = idempotencyKey(headers);
      return (body, maxRecords): Decoded => {
        const sources = read(body, maxRecords, metadata);
        return {
          batch: { sources },
          idempotencyKey: key,
          ownTraces: true,
          answer: (result) => {
            if (sources.length === 0) return noData();
            return result.status === 'settled' ? hecAnswer(result) : hecBusy(result);
          },
        };
      };
    },
    problem: hecProblem,
  };
}

/** Whether events that were sent before are stored: off, and not needed, since a 200 says so already. */
const ACK: Protocol = {
  name: 'splunk_hec',
  begin: () => () => ({ batch: { sources: [] }, answer: ackDisabled }),
  problem: hecProblem,
};

const EVENT = createHec(readEvents);
const RAW = createHec(readRaw);

const ROUTES: ReadonlyMap<string, Protocol> = new Map([
  ['/services/collector', EVENT],
  ['/services/collector/1.0', EVENT],
  ['/services/collector/event', EVENT],
  ['/services/collector/event/1.0', EVENT],
  ['/services/collector/raw', RAW],
  ['/services/collector/raw/1.0', RAW],
  ['/services/collector/ack', ACK],
]);

/** Paths that take events or lines. */
export const COLLECTOR_PATHS = [...ROUTES].filter(([, protocol]) => protocol !== ACK).map(([path]) => path);

/** The collector at this path, if there is one. */
export function hecProtocol(path: string): Protocol | undefined {
  return ROUTES.get(path);
}
