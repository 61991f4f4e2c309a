import type { TopicSettings } from '../ports/queue.ts';
import type {
  AppendResult,
  QueueAppend,
  QueueCommit,
  QueueExtent,
  QueuePosition,
  QueueRead,
  QueueRun,
  QueueWorkerData,
  TopicInfo,
} from './queue-ops.ts';
import { openDatabase, type Sql, type SqlDatabase } from './sqlite.ts';

/**
 * A row of `batch` is addressed by partition and first offset in one integer, so that the table itself is the log in order:
 * 2^44 offsets in each of 511 partitions stay exact in a double.
 */
const OFFSETS_PER_PARTITION = 2 ** 44;
const MAX_PARTITIONS = 511;
/** Small calls of one transaction share a row up to this size. */
const ROW_BYTES = 1024 * 1024;
/** What one retention step removes at most, so that publishing is not held up. */
const RETAIN_ROWS = 200;
/** An idle group is noted as alive at most this often. */
const SEEN_INTERVAL_MS = 3_600_000;
/** Free pages given back to the disk in one step (4 KB each). */
const VACUUM_PAGES = 2000;

const SCHEMA = `
  CREATE TABLE topic(name TEXT PRIMARY KEY, max_message_bytes INTEGER NOT NULL, retention_ms INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE part(no INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    UNIQUE(topic, partition));
  CREATE TABLE batch(position INTEGER PRIMARY KEY, count INTEGER NOT NULL, created_ms INTEGER NOT NULL, payload BLOB NOT NULL);
  CREATE TABLE consumer_group(name TEXT NOT NULL, part INTEGER NOT NULL, committed INTEGER NOT NULL, seen_ms INTEGER NOT NULL,
    PRIMARY KEY(name, part)) WITHOUT ROWID;
  CREATE TABLE probe(one INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);`;

interface Row {
  readonly no: number;
  readonly pieces: Buffer[];
  bytes: number;
  count: number;
}

/** The queue's tables. Lives in the queue's worker; every method is synchronous. */
export class QueueDatabase {
  readonly #db: SqlDatabase;
  readonly #data: QueueWorkerData;
  readonly #insert: Sql;
  readonly #setNext: Sql;
  readonly #commit: Sql;
  readonly #readAt: Sql;
  readonly #readAfter: Sql;
  readonly #pageCount: Sql;
  readonly #freePages: Sql;
  readonly #pageBytes: number;
  /** Next offset of each partition, as committed. */
  readonly #next = new Map<number, number>();
  readonly #deadLetterParts = new Set<number>();

  constructor(data: QueueWorkerData) {
    this.#data = data;
    this.#db = openDatabase({ path: data.path, schemaVersion: 1, schema: SCHEMA, cacheBytes: 16 * 1024 * 1024 });
    const sql = (text: string): Sql => this.#db.sql(text);
    this.#insert = sql('INSERT INTO batch(position, count, created_ms, payload) VALUES(?, ?, ?, ?)');
    this.#setNext = sql('UPDATE part SET next = ? WHERE no = ?');
    // Never backwards: two members of a group may overlap for a moment while one takes over from the other.
    this.#commit = sql(`INSERT INTO consumer_group(name, part, committed, seen_ms) VALUES(?, ?, ?, ?)
      ON CONFLICT(name, part) DO UPDATE SET committed = max(committed, excluded.committed), seen_ms = excluded.seen_ms`);
    this.#readAt = sql(`SELECT position, count, created_ms, payload FROM batch
      WHERE position <= ? AND position >= ? ORDER BY position DESC LIMIT 1`);
    this.#readAfter = sql(`SELECT position, count, created_ms, payload FROM batch
      WHERE position > ? AND position < ? ORDER BY position LIMIT 1`);
    this.#pageCount = sql('PRAGMA page_count');
    this.#freePages = sql('PRAGMA freelist_count');
    this.#pageBytes = Number(sql('PRAGMA page_size').first()?.[0]);
    this.#loadParts();
  }

  /** One transaction: all appends that fit, all commits. Throws when SQLite refuses; nothing of it has happened then. */
  transact(appends: readonly QueueAppend[], commits: readonly QueueCommit[], nowMs: number): AppendResult[] {
    const wanted = appends.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    // Settled batches are only kept while there is room.
    if (this.#usedBytes() + wanted > this.#data.maxBytes) this.#removeOld(nowMs);
    let free = this.#data.maxBytes - this.#usedBytes();
    const reserve = this.#data.maxBytes / 10;
    const rows: Row[] = [];
    const open = new Map<number, Row>();
    const results = appends.map((append): AppendResult => {
      const size = append.bytes.byteLength;
      if (size > free + (append.parts.every((no) => this.#deadLetterParts.has(no)) ? reserve : 0)) return 'full';
      free -= size;
      addToRows(append, rows, open);
      return 'stored';
    });
    if (rows.length === 0 && commits.length === 0) return results;
    const next = new Map<number, number>();
    this.#db.transaction(() => {
      for (const { no, pieces, count } of rows) {
        const base = next.get(no) ?? this.#next.get(no);
        if (base === undefined) throw new Error(`Unknown partition ${no}`);
        const [first] = pieces;
        const payload = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
        this.#insert.run(no * OFFSETS_PER_PARTITION + base, count, nowMs, payload);
        next.set(no, base + count);
      }
      for (const [no, offset] of next) this.#setNext.run(offset, no);
      for (const { group, no, offset } of commits) this.#commit.run(group, no, offset, nowMs);
    });
    for (const [no, offset] of next) this.#next.set(no, offset);
    return results;
  }

  /** Messages from `offset` on: the run that holds it and further ones while they fit; at least one when there is any. */
  read(no: number, offset: number, maxBytes: number, maxCount: number): QueueRead {
    const first = no * OFFSETS_PER_PARTITION;
    const end = first + OFFSETS_PER_PARTITION;
    const runs: QueueRun[] = [];
    const pieces: Buffer[] = [];
    let bytes = 0;
    let count = 0;
    let row = this.#readAt.first(first + offset, first);
    // What retention removed is a gap: go on behind it.
    if (row === undefined || Number(row[0]) - first + Number(row[1]) <= offset) {
      row = this.#readAfter.first(first + offset, end);
    }
    while (row !== undefined) {
      const payload = row[3] as Buffer;
      const run = {
        baseOffset: Number(row[0]) - first,
        count: Number(row[1]),
        timestampMs: Number(row[2]),
        bytes: payload.length,
      };
      if (runs.length > 0 && (bytes + run.bytes > maxBytes || count + run.count > maxCount)) break;
      runs.push(run);
      pieces.push(payload);
      bytes += run.bytes;
      count += run.count;
      if (bytes >= maxBytes || count >= maxCount) break;
      row = this.#readAfter.first(first + run.baseOffset, end);
    }
    const payload = new ArrayBuffer(bytes);
    const target = Buffer.from(payload);
    let at = 0;
    for (const piece of pieces) {
      target.set(piece, at);
      at += piece.length;
    }
    return { runs, payload };
  }

  topics(): TopicInfo[] {
    const parts = this.#db.sql('SELECT topic, no, partition FROM part ORDER BY topic, partition').all();
    return this.#db
      .sql('SELECT name, max_message_bytes FROM topic ORDER BY name')
      .all()
      .map(([topic, maxMessageBytes]) => ({
        topic: String(topic),
        maxMessageBytes: Number(maxMessageBytes),
        partitions: parts
          .filter((part) => part[0] === topic)
          .map(([, no, partition]) => ({ no: Number(no), partition: Number(partition) })),
      }));
  }

  /** Makes those topics that do not exist. */
  makeTopics(topics: readonly TopicSettings[]): TopicInfo[] {
    this.#db.transaction(() => {
      for (const { topic, partitions, maxMessageBytes, retentionMs } of topics) {
        const made = this.#db.sql('INSERT INTO topic VALUES(?, ?, ?) ON CONFLICT DO NOTHING');
        if (made.run(topic, maxMessageBytes, retentionMs) === 0) continue;
        for (let partition = 0; partition < partitions; partition += 1) {
          this.#db.sql('INSERT INTO part(topic, partition, next) VALUES(?, ?, 0)').run(topic, partition);
        }
      }
      const count = Number(this.#db.sql('SELECT max(no) FROM part').first()?.[0] ?? 0);
      if (count > MAX_PARTITIONS) throw new Error(`The embedded queue holds at most ${MAX_PARTITIONS} partitions`);
    });
    this.#loadParts();
    return this.topics();
  }

  positions(group: string, parts: readonly number[], nowMs: number): QueuePosition[] {
    const known = this.#db.sql('SELECT committed, seen_ms FROM consumer_group WHERE name = ? AND part = ?');
    const unseen = parts.filter((no) => Number(known.first(group, no)?.[1] ?? 0) < nowMs - SEEN_INTERVAL_MS);
    if (unseen.length > 0) {
      this.#db.transaction(() => {
        for (const no of unseen) this.#commit.run(group, no, 0, nowMs);
      });
    }
    return parts.map((no) => {
      const committed = Number(known.first(group, no)?.[0] ?? 0);
      const end = this.#next.get(no) ?? 0;
      return { no, committed, end, oldestMs: committed < end ? this.#timeOf(no, committed) : 0 };
    });
  }

  extents(group: string | undefined, parts: readonly number[]): QueueExtent[] {
    const known = this.#db.sql('SELECT committed FROM consumer_group WHERE name = ? AND part = ?');
    return parts.map((no) => {
      const first = no * OFFSETS_PER_PARTITION;
      const end = this.#next.get(no) ?? 0;
      const oldest = this.#readAfter.first(first - 1, first + OFFSETS_PER_PARTITION);
      const row = group === undefined ? undefined : known.first(group, no);
      return {
        no,
        low: oldest === undefined ? end : Number(oldest[0]) - first,
        end,
        committed: row === undefined ? undefined : Number(row[0]),
      };
    });
  }

  /**
   * One bounded step. A batch goes when every group that reads its partition has settled it and it is older than
   * `settledRetentionMs` or the queue is half full; in a partition that no group reads (dead letters) when it is older than
   * the topic's retention. What a group has not settled is never removed, however old: then `maxBytes` stops publishing.
   */
  retain(nowMs: number): { removed: number; more: boolean } {
    this.#forgetDeadGroups(nowMs);
    const removed = this.#removeOld(nowMs);
    return { removed, more: this.#giveBackPages() || removed >= RETAIN_ROWS };
  }

  probe(nowMs: number): void {
    this.#db.sql('INSERT INTO probe VALUES(1, ?) ON CONFLICT(one) DO UPDATE SET at_ms = excluded.at_ms').run(nowMs);
  }

  close(): void {
    this.#db.close();
  }

  /** Removes at most {@link RETAIN_ROWS} batches; returns how many. */
  #removeOld(nowMs: number): number {
    const settledRetentionMs = this.#usedBytes() * 2 > this.#data.maxBytes ? 0 : this.#data.settledRetentionMs;
    const parts = this.#db
      .sql(
        `SELECT no, retention_ms, (SELECT min(committed) FROM consumer_group WHERE part = no)
         FROM part JOIN topic ON topic.name = part.topic`,
      )
      .all();
    const find = this.#db.sql(
      'SELECT position, count, created_ms FROM batch WHERE position >= ? AND position < ? ORDER BY position LIMIT ?',
    );
    const remove = this.#db.sql('DELETE FROM batch WHERE position = ?');
    let removed = 0;
    this.#db.transaction(() => {
      for (const [no, retentionMs, settled] of parts) {
        const first = Number(no) * OFFSETS_PER_PARTITION;
        const unread = settled === null || settled === undefined;
        const end = unread ? first + OFFSETS_PER_PARTITION : first + Number(settled);
        const before = nowMs - (unread ? Number(retentionMs) : settledRetentionMs);
        for (const [position, count, createdMs] of find.all(first, end, RETAIN_ROWS - removed)) {
          // In order of position and of time: the first that must stay ends it.
          if (Number(position) + Number(count) > end || Number(createdMs) > before) break;
          removed += remove.run(Number(position));
        }
      }
    });
    return removed;
  }

  /** Groups that nobody uses any more (renamed) would hold batches for ever; only another live group can outvote them. */
  #forgetDeadGroups(nowMs: number): void {
    const before = nowMs - this.#data.groupExpiryMs;
    this.#db
      .sql(
        `DELETE FROM consumer_group WHERE seen_ms < ? AND EXISTS
         (SELECT 1 FROM consumer_group other WHERE other.part = consumer_group.part AND other.seen_ms >= ?)`,
      )
      .run(before, before);
  }

  /** Gives free pages back once a quarter of the file is free; true when there is more to give. */
  #giveBackPages(): boolean {
    const free = Number(this.#freePages.first()?.[0]);
    const total = Number(this.#pageCount.first()?.[0]);
    if (free < VACUUM_PAGES || free * 4 < total) return false;
    this.#db.sql(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`).all();
    return true;
  }

  #usedBytes(): number {
    return (Number(this.#pageCount.first()?.[0]) - Number(this.#freePages.first()?.[0])) * this.#pageBytes;
  }

  #timeOf(no: number, offset: number): number {
    const first = no * OFFSETS_PER_PARTITION;
    const holding = this.#db.sql(
      'SELECT created_ms FROM batch WHERE position <= ? AND position >= ? ORDER BY position DESC LIMIT 1',
    );
    return Number(holding.first(first + offset, first)?.[0] ?? 0);
  }

  #loadParts(): void {
    for (const [no, next, topic] of this.#db.sql('SELECT no, next, topic FROM part').all()) {
      this.#next.set(Number(no), Number(next));
      if (this.#data.deadLetterTopics.includes(String(topic))) this.#deadLetterParts.add(Number(no));
    }
  }
}

/** Spreads the chunks of one call over rows; chunks for one partition that stand in one transaction share a row. */
function addToRows(append: QueueAppend, rows: Row[], open: Map<number, Row>): void {
  for (const [index, chunk] of append.chunks.entries()) {
    const no = append.parts[index];
    if (no === undefined) throw new Error('A chunk has no partition');
    let row = open.get(no);
    if (row === undefined || row.bytes + chunk.bytes > ROW_BYTES) {
      row = { no, pieces: [], bytes: 0, count: 0 };
      rows.push(row);
      open.set(no, row);
    }
    row.pieces.push(Buffer.from(append.bytes, chunk.offset, chunk.bytes));
    row.bytes += chunk.bytes;
    row.count += chunk.count;
  }
}
