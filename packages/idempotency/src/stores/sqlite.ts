import { isForgotten } from '../core/lease-decision.ts';
import type {
  Claim,
  ClaimRequest,
  Completion,
  IdempotencyStore,
  Slot,
  StoredRecord,
  TransactionCompleter,
} from '../core/store.ts';
import { PreparedDatabase, type SqliteDatabase } from './sqlite/connection.ts';
import { ddl, migrate } from './sqlite/migrations.ts';
import { parseRecordRow, type RecordRow } from './sqlite/record-row.ts';
import { type Statements, statements } from './sqlite/statements.ts';
import { type Swept, sweep } from './sqlite/sweep.ts';

export type {
  BetterSqliteDatabase,
  NodeSqliteDatabase,
  SqliteDatabase,
  SqliteStatement,
  SqliteValue,
} from './sqlite/connection.ts';
export type { Swept } from './sqlite/sweep.ts';

/** How a store uses a SQLite database. */
export interface SqliteStoreOptions {
  /**
   * An open handle of node:sqlite or better-sqlite3, preferably one that only the store uses. Set `PRAGMA journal_mode
   * = WAL`, so that readers and the writer do not wait for each other, and `PRAGMA synchronous = FULL`: with less, a
   * power loss may lose acknowledged operations. A `busy_timeout` of 0 is set to 5,000 ms.
   */
  readonly database: SqliteDatabase;
  /** the prefix of the store's tables; `idempotency_` */
  readonly tablePrefix?: string;
  /** how many answers of a scope a sweep leaves; 1,000,000 */
  readonly answersPerScopeMax?: number;
  /** milliseconds since the epoch; the clock of the machine */
  readonly nowMs?: () => number;
}

/** A store in a SQLite database. While a transaction of the application is open on its handle, every verb throws. */
export interface SqliteStore extends IdempotencyStore {
  /**
   * Completes inside the caller's own transaction: effect and record are one commit. On false or an error, the caller
   * must roll back. Do not await anything in such a transaction: every other writer waits for it, and in this process
   * everything waits.
   *
   * @param database a handle on the same file with an open transaction; it may be the store's own
   * @throws {TypeError} if no transaction is open
   */
  within(database: SqliteDatabase): TransactionCompleter<boolean>;

  /**
   * Removes expired answers, answers over the cap of their scope (oldest first) and keys whose retention is over, in
   * steps of at most 500 rows; other work runs between the steps. Call it regularly.
   *
   * @param options `nowMs` replaces the time of the store's clock
   */
  sweep(options?: { readonly nowMs?: number }): Promise<Swept>;
}

const answersPerScopeMaxDefault = 1_000_000;
const busyTimeoutMs = 5000;

/**
 * A store in a SQLite database, for any number of processes on one machine. Creates its tables, or updates them; safe
 * if several processes start at once.
 *
 * @throws {TypeError} if the database is neither of node:sqlite nor of better-sqlite3
 * @throws {RangeError} if the prefix is not a plain name, or a limit is not a positive whole number
 * @throws {Error} if a newer release has migrated the database, and every error of the driver
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  return new StoreInSqlite(options);
}

/**
 * The statements that create the tables of a store, for a tool that migrates the database by scripts.
 *
 * @throws {RangeError} if the prefix is not a plain name
 */
export function sqliteDdl(options: { readonly tablePrefix?: string } = {}): string {
  const { tablePrefix = 'idempotency_' } = options;
  demandPrefix(tablePrefix);
  return ddl(tablePrefix);
}

function demandPrefix(tablePrefix: string): void {
  if (/^(?!sqlite_)[a-z_][a-z0-9_]{0,62}$/i.test(tablePrefix)) return;
  throw new RangeError('tablePrefix must be 1 to 63 letters, digits and underscores');
}

class StoreInSqlite implements SqliteStore {
  readonly #connection: PreparedDatabase;
  /** other handles, on which callers have their transactions */
  readonly #others = new WeakMap<SqliteDatabase, PreparedDatabase>();
  readonly #statements: Statements;
  readonly #answersPerScopeMax: number;
  readonly #nowMs: () => number;

  constructor(options: SqliteStoreOptions) {
    const { tablePrefix = 'idempotency_', answersPerScopeMax = answersPerScopeMaxDefault } = options;
    demandPrefix(tablePrefix);
    if (!Number.isInteger(answersPerScopeMax) || answersPerScopeMax < 1) {
      throw new RangeError('answersPerScopeMax must be a positive whole number');
    }
    this.#connection = new PreparedDatabase(options.database);
    this.#statements = statements(tablePrefix);
    this.#answersPerScopeMax = answersPerScopeMax;
    this.#nowMs = options.nowMs ?? Date.now;
    const [timeout] = this.#own().rows('PRAGMA busy_timeout');
    if (Number(timeout?.[0]) === 0) this.#connection.script(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    migrate(this.#own(), tablePrefix);
  }

  claim(slot: Slot, request: ClaimRequest): Claim {
    const connection = this.#own();
    const nowMs = this.#nowMs();
    const found = this.#find(slot);
    // A read does not wait for the write lock.
    if (found !== undefined && !isClaimable(found, request, nowMs)) {
      return { kind: 'found', record: found.record, nowMs };
    }
    return connection.transaction(() => this.#take(slot, request));
  }

  /** Claims a slot that was free a moment ago, holding the write lock. */
  #take(slot: Slot, request: ClaimRequest): Claim {
    // Waiting for the lock may have taken seconds.
    const nowMs = this.#nowMs();
    const found = this.#find(slot);
    if (found !== undefined && !isClaimable(found, request, nowMs)) {
      return { kind: 'found', record: found.record, nowMs };
    }
    const connection = this.#connection;
    const fencingToken = this.#nextToken();
    const leaseExpiresAtMs = nowMs + request.leaseMs;
    const [scope, key] = bytesOf(slot);
    if (found !== undefined && !isForgotten(found.record, found.forgetAtMs, nowMs)) {
      connection.run(this.#statements.takeOver, fencingToken, leaseExpiresAtMs, scope, key);
    } else {
      const fingerprint = Buffer.from(request.fingerprint, 'hex');
      const times = [nowMs, nowMs + request.retentionMs];
      connection.run(
        this.#statements.begin,
        scope,
        key,
        fingerprint,
        ...times,
        fencingToken,
        leaseExpiresAtMs,
      );
    }
    return { kind: 'claimed', fencingToken, nowMs };
  }

  renew(slot: Slot, fencingToken: number, leaseMs: number): boolean {
    const leaseExpiresAtMs = this.#nowMs() + leaseMs;
    return this.#own().run(this.#statements.renew, leaseExpiresAtMs, ...bytesOf(slot), fencingToken) > 0;
  }

  complete(slot: Slot, fencingToken: number, completion: Completion): boolean {
    const connection = this.#own();
    return connection.transaction(() => this.#complete(connection, slot, fencingToken, completion));
  }

  release(slot: Slot, fencingToken: number): boolean {
    return this.#own().run(this.#statements.release, ...bytesOf(slot), fencingToken) > 0;
  }

  inspect(slot: Slot): { readonly record: StoredRecord; readonly nowMs: number } | undefined {
    // Throws if a transaction is open, because uncommitted records must not be reported.
    this.#own();
    const nowMs = this.#nowMs();
    const found = this.#find(slot);
    if (found === undefined || isForgotten(found.record, found.forgetAtMs, nowMs)) return undefined;
    return { record: found.record, nowMs };
  }

  within(database: SqliteDatabase): TransactionCompleter<boolean> {
    const connection = this.#others.get(database) ?? new PreparedDatabase(database);
    this.#others.set(database, connection);
    demandTransaction(connection);
    return {
      complete: (slot, fencingToken, completion) => {
        demandTransaction(connection);
        return this.#complete(connection, slot, fencingToken, completion);
      },
    };
  }

  sweep({ nowMs = this.#nowMs() }: { readonly nowMs?: number } = {}): Promise<Swept> {
    return sweep(() => this.#own(), this.#statements.sweep, this.#answersPerScopeMax, nowMs);
  }

  /** The store's handle, which must have no open transaction: work inside one would be rolled back with it. */
  #own(): PreparedDatabase {
    if (!this.#connection.isInTransaction) return this.#connection;
    throw new Error(
      'a transaction is open on the handle of the idempotency store: give the store a separate handle, ' +
        'and complete inside the transaction with within()',
    );
  }

  #find(slot: Slot): RecordRow | undefined {
    const [row] = this.#connection.rows(this.#statements.find, ...bytesOf(slot));
    return row && parseRecordRow(row);
  }

  #nextToken(): number {
    this.#connection.run(this.#statements.countToken);
    const token = Number(this.#connection.rows(this.#statements.lastToken)[0]?.[0]);
    // From 2^53 on a number is not exact: the same token would be issued again and again.
    if (!Number.isSafeInteger(token)) throw new RangeError('the fencing tokens are used up');
    return token;
  }

  #complete(
    connection: PreparedDatabase,
    slot: Slot,
    fencingToken: number,
    { answer, answerTtlMs, location }: Completion,
  ): boolean {
    const [scope, key] = bytesOf(slot);
    if (connection.run(this.#statements.complete, location ?? null, scope, key, fencingToken) === 0) {
      return connection.rows(this.#statements.isCompleted, scope, key, fencingToken).length > 0;
    }
    if (answer === undefined) return true;
    const bytes = typeof answer === 'string' ? Buffer.from(answer) : answer;
    connection.run(this.#statements.keepAnswer, fencingToken, scope, this.#nowMs() + answerTtlMs, bytes);
    return true;
  }
}

function isClaimable(found: RecordRow, { takeOver }: ClaimRequest, nowMs: number): boolean {
  if (isForgotten(found.record, found.forgetAtMs, nowMs)) return true;
  const { record } = found;
  return record.kind === 'leased' && nowMs >= record.leaseExpiresAtMs && record.fencingToken === takeOver;
}

function demandTransaction(connection: PreparedDatabase): void {
  if (!connection.isInTransaction) throw new TypeError('within() needs an open transaction');
}

function bytesOf({ scope, key }: Slot): [scope: Buffer, key: Buffer] {
  return [Buffer.from(scope, 'hex'), Buffer.from(key, 'hex')];
}
