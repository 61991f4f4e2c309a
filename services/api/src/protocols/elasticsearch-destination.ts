import { redactText } from '@paylog/shared/record/redact';
import type { DataSetGate } from './data-set-gate.ts';

/** What the name of an index or data stream means for the records that are sent to it. */
export interface Destination {
  /** As in answers. */
  readonly name: string;
  /** JSON text of the name. */
  readonly nameText: string;
  /** Absent: the default one. */
  readonly dataSet?: string | undefined;
  /** Service of records in which nothing else names one. */
  readonly service: string | undefined;
  /** Whether the name is kept as an attribute of the records, since no data set tells it. */
  readonly isKept: boolean;
}

/** https://www.elastic.co/docs/reference/ecs/ecs-data_stream: neither part holds a hyphen. */
const DATA_STREAM = /^logs-([^-]+)-([^-]+)$/;
/** `logs-app-2026.11.20` is an index for each day in the older fashion, not a data stream whose namespace is a day. */
const DATE = /^\d{4}(?:[._]?\d{2}){0,3}$/;
/** What is not part of an application's name: the day of the index, the number of its rollover. */
const INDEX_SUFFIX = /(?:[-_.](?:\d{4}(?:[-._]?\d{2}){1,3}|\d{6}))+$/;
const MAX_SERVICE_LENGTH = 256;

function dataStreamOf(name: string): { readonly dataset: string; readonly dataSet: string } | undefined {
  const [, dataset = '', namespace = ''] = DATA_STREAM.exec(name) ?? [];
  return namespace === '' || DATE.test(namespace) ? undefined : { dataset, dataSet: `${dataset}.${namespace}` };
}

/** Reads a name; undefined stands for a request without one. `gate` decides whether it may be a data set. */
export function destinationOf(name: string | undefined, gate: DataSetGate): Destination {
  if (name === undefined) {
    const standIn = `logs-${gate.defaultDataSet}`;
    return { name: standIn, nameText: JSON.stringify(standIn), service: undefined, isKept: false };
  }
  const stream = dataStreamOf(name);
  // Names of data sets and services are keys, which nothing redacts later.
  const { text: clean, redacted } = redactText(stream?.dataset ?? name.replace(INDEX_SUFFIX, ''));
  const dataSet = stream && redacted === 0 && gate.admits(stream.dataSet) ? stream.dataSet : undefined;
  const service = clean.slice(0, MAX_SERVICE_LENGTH);
  return {
    name,
    nameText: JSON.stringify(name),
    dataSet,
    service: service === '' ? undefined : service,
    isKept: dataSet === undefined,
  };
}

/** Where the members of an object begin, when it has some. */
const OPENING = /^\s*\{(?=\s*")/;

/**
 * The document with the index's name as `attributes.index`; a field of that name in the document goes before it. Written in front,
 * so that what the document says under the same name comes later and wins. `added`: characters in front of the document's own.
 */
export function withIndexName(text: string, nameText: string): { readonly text: string; readonly added: number } {
  const opening = OPENING.exec(text)?.[0];
  if (opening === undefined) return { text, added: 0 };
  // A canonical record stays one that way; any other form has its unknown members moved there later.
  const isFree = !text.includes('"attributes"') && !text.includes('"index"');
  const member = isFree ? `"attributes":{"index":${nameText}},` : `"index":${nameText},`;
  return { text: opening + member + text.slice(opening.length), added: member.length };
}
