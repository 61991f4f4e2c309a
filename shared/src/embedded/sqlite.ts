import Libsql from 'libsql';

/** What a statement can be given. Numbers are bound as REAL (the column's affinity makes them integers again). */
export type SqlValue = string | number | bigint | Buffer | null;

/** One row, columns by position. Integers are `number`, or `bigint` after {@link Sql.big}; blobs are `Buffer`. */
export type SqlRow = readonly unknown[];

/** A prepared statement. Parameters go in as one array: libsql aborts the process when it is handed a lone Buffer. */
export interface Sql {
  run(...values: SqlValue[]): number;
  all(...values: SqlValue[]): SqlRow[];
  first(...values: SqlValue[]): SqlRow | undefined;
  /** Integers come back as bigint (rowids beyond 2^53). */
  big(): Sql;
}

/** A connection. Every call is synchronous and blocks its thread: only worker threads hold one (and the lock). */
export interface SqlDatabase {
  exec(sql: string): void;
  sql(text: string): Sql;
  /** Runs `work` in one transaction; rolls back when it throws. The commit has been fsynced when this returns. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** How to open a database file. */
export interface OpenOptions {
  readonly path: string;
  /** Changes with the layout of the tables; a file with another number is refused, unless there is an upgrade from it. */
  readonly schemaVersion: number;
  /** From a version to `schemaVersion`: run once, in one transaction. */
  readonly upgrades?: ReadonlyMap<number, string>;
  /** Run once, when the file is new. */
  readonly schema: string;
  /** Memory for pages, in bytes. */
  readonly cacheBytes: number;
}

/** Why SQLite refused, for people. `code` is SQLite's own word (`SQLITE_FULL`), or `internal`. */
export interface SqlFault {
  readonly code: string;
  readonly message: string;
}

/** A writer never waits long for another connection: the data directory is locked and only checkpoints are shared. */
const BUSY_TIMEOUT_MS = 5000;
/** The write-ahead log is copied back at 16 MB and, once it was larger, cut to 64 MB. */
const WAL_CHECKPOINT_PAGES = 4000;
const WAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024;

/** Opens without touching anything: for the lock. libsql creates the file when it is not there. */
export function connect(path: string): SqlDatabase {
  const db = new Libsql(path);
  return {
    exec(sql) {
      db.exec(sql);
    },
    sql(text) {
      return new PreparedSql(db.prepare(text));
    },
    transaction(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite has already rolled back after SQLITE_FULL and some I/O errors.
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      db.close();
    },
  };
}

/**
 * Opens (and makes) a database for durable work: WAL and `synchronous=FULL`, that is one fsync of the log per commit,
 * before the commit returns (seen with strace on libsql 0.5.29: one `fsync` per transaction). Throws an error that names the
 * file and what to do when it is not a database, is damaged, or was made by another version.
 */
export function openDatabase(options: OpenOptions): SqlDatabase {
  let db: SqlDatabase | undefined;
  try {
    db = connect(options.path);
    db.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`);
    const version = Number(db.sql('PRAGMA user_version').first()?.[0]);
    const script = version === 0 ? options.schema : options.upgrades?.get(version);
    if (script === undefined && version !== options.schemaVersion) throw new SchemaVersionError(version, options);
    // Only takes effect while the file is empty: pages that retention frees can be given back to the disk.
    if (version === 0) db.exec('PRAGMA auto_vacuum=INCREMENTAL');
    db.sql('PRAGMA journal_mode=WAL').all();
    db.exec(
      `PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=${WAL_CHECKPOINT_PAGES};
       PRAGMA journal_size_limit=${WAL_SIZE_LIMIT_BYTES}; PRAGMA cache_size=-${Math.ceil(options.cacheBytes / 1024)}`,
    );
    const open = db;
    if (script !== undefined) {
      db.transaction(() => {
        open.exec(script);
        open.exec(`PRAGMA user_version=${options.schemaVersion}`);
      });
    }
    // Reads the schema, so that a damaged file is found now and not at the first record.
    db.sql('SELECT count(*) FROM sqlite_master').all();
    return db;
  } catch (error) {
    db?.close();
    throw explainOpening(error, options.path);
  }
}

/** SQLite's refusal as data, with what it means in words. */
export function sqlFault(error: unknown): SqlFault {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' && error.code !== '' ? error.code : 'internal';
  const meaning = MEANINGS.find(([prefix]) => code.startsWith(prefix))?.[1];
  return { code, message: meaning === undefined ? error.message : `${meaning} (${code}: ${error.message})` };
}

const MEANINGS: readonly (readonly [string, string])[] = [
  ['SQLITE_FULL', 'the disk is full'],
  ['SQLITE_READONLY', 'the data directory is read-only'],
  ['SQLITE_IOERR', 'the disk reports an I/O error'],
  ['SQLITE_CORRUPT', 'the database file is damaged'],
  ['SQLITE_NOTADB', 'the file is not a database'],
  ['SQLITE_BUSY', 'another connection holds the database'],
  ['SQLITE_CANTOPEN', 'the database file cannot be opened'],
];

class SchemaVersionError extends Error {
  constructor(version: number, { path, schemaVersion }: OpenOptions) {
    super(
      `${path} has layout ${version}, this version knows layout ${schemaVersion}: ` +
        'start the version that made it, or use another data directory.',
    );
    this.name = 'SchemaVersionError';
  }
}

function explainOpening(error: unknown, path: string): Error {
  if (error instanceof SchemaVersionError) return error;
  const fault = sqlFault(error);
  const damaged = fault.code.startsWith('SQLITE_CORRUPT') || fault.code.startsWith('SQLITE_NOTADB');
  const advice = damaged
    ? `Move ${path}, ${path}-wal and ${path}-shm away (keep them: they may be recoverable with "sqlite3 .recover") ` +
      'and start again, or restore them from a backup.'
    : 'Check that the data directory exists, is writable and has space.';
  return new Error(`Cannot open the database ${path}: ${fault.message}. ${advice}`, { cause: error });
}

class PreparedSql implements Sql {
  readonly #statement: Libsql.Statement<[SqlValue[]]>;

  constructor(statement: Libsql.Statement) {
    this.#statement = statement;
    // libsql refuses raw mode for statements without columns; those have no rows to shape.
    if (this.#statement.reader) this.#statement.raw(true);
  }

  run(...values: SqlValue[]): number {
    return this.#statement.run(values).changes;
  }

  all(...values: SqlValue[]): SqlRow[] {
    return this.#statement.all(values) as SqlRow[];
  }

  first(...values: SqlValue[]): SqlRow | undefined {
    return this.#statement.get(values) as SqlRow | undefined;
  }

  big(): Sql {
    this.#statement.safeIntegers(true);
    return this;
  }
}
