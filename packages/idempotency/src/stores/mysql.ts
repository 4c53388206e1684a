import { isForgotten } from '../core/lease-decision.ts';
import type {
  Claim,
  ClaimRequest,
  Completion,
  IdempotencyStore,
  Slot,
  StoredAnswer,
  StoredRecord,
  TransactionCompleter,
} from '../core/store.ts';
import {
  bind,
  errorNumberOf,
  inTransaction,
  type MysqlPool,
  type MysqlResult,
  type MysqlTransaction,
  type MysqlValue,
  type RunStatement,
} from './mysql/connection.ts';
import { ddl, migrate } from './mysql/migrations.ts';
import { isClaimable, type Look, parseLook } from './mysql/record-row.ts';
import { type Statements, statements } from './mysql/statements.ts';
import { type Swept, sweep } from './mysql/sweep.ts';

export type { MysqlPool, MysqlTransaction } from './mysql/connection.ts';
export type { Swept } from './mysql/sweep.ts';

/** How a store uses a MySQL or MariaDB. */
export interface MysqlStoreOptions {
  /** a pool of `mysql2/promise` with a database */
  readonly pool: MysqlPool;
  /** the prefix of the store's tables; `idempotency_` */
  readonly tablePrefix?: string;
  /** how many answers of a scope a sweep leaves; 1,000,000 */
  readonly answersPerScopeMax?: number;
  /** milliseconds since the epoch, for tests; the clock of the server */
  readonly nowMs?: () => number;
}

/** A store in a MySQL or MariaDB. */
export interface MysqlStore extends IdempotencyStore {
  /**
   * Creates the tables or updates them; safe if several processes start at once. If it was not called, the first use
   * does it.
   *
   * @throws {Error} if a newer release has migrated the database, or if the pool's connections have autocommit turned
   * off
   */
  migrate(): Promise<void>;

  /**
   * Completes inside the caller's own transaction: effect and record are one commit. On false or an error, the caller
   * must roll back.
   *
   * @param connection of `mysql2/promise`, on which `beginTransaction()` was called
   * @throws {TypeError} for a pool; the completion rejects if no transaction is open
   */
  within(connection: MysqlTransaction): TransactionCompleter<Promise<boolean>>;

  /**
   * Removes expired answers, answers over the cap of their scope (oldest first) and keys whose retention is over, in
   * steps of at most 500 rows. Call it regularly; several may run at the same time.
   *
   * @param options `nowMs` replaces the time of the store's clock
   */
  sweep(options?: { readonly nowMs?: number }): Promise<Swept>;
}

/** How often a claim reads again while others are faster, and how often work is repeated after a deadlock. */
const attemptsMax = 10;
const answersPerScopeMaxDefault = 1_000_000;
const duplicateEntry = 1062;
const deadlock = 1213;
const usedUp = 'the fencing tokens are used up';

/**
 * A store in MySQL 8 or later, or MariaDB 10.6 or later, with one writable server. Times are those of the server, so
 * the clocks of the instances do not matter.
 *
 * @throws {TypeError} if it is not a pool of `mysql2/promise`
 * @throws {RangeError} if the prefix is not a plain name, or a limit is not a positive whole number
 */
export function mysqlStore(options: MysqlStoreOptions): MysqlStore {
  return new StoreInMysql(options);
}

/**
 * The statements that create the tables of a store, for a tool that migrates the database by scripts. The store then
 * finds its tables, and needs no right to create any.
 *
 * @param options `account`, as `'billing'@'%'`, is granted the rights of a store that only uses the tables
 * @throws {RangeError} if the prefix is not a plain name, or the account is not written in this form
 */
export function mysqlDdl(options: { readonly tablePrefix?: string; readonly account?: string } = {}): string {
  const { tablePrefix = 'idempotency_', account } = options;
  demandPrefix(tablePrefix);
  if (account !== undefined && !/^'[^'\\]+'@'[^'\\]+'$/.test(account)) {
    throw new RangeError("account must be written as 'name'@'host'");
  }
  return ddl(tablePrefix, account);
}

function demandPrefix(tablePrefix: string): void {
  if (/^[a-z_][a-z0-9_]{0,47}$/.test(tablePrefix)) return;
  throw new RangeError('tablePrefix must be 1 to 48 lower-case letters, digits and underscores');
}

class StoreInMysql implements MysqlStore {
  readonly #pool: MysqlPool;
  readonly #onPool: RunStatement;
  readonly #prefix: string;
  readonly #statements: Statements;
  readonly #answersPerScopeMax: number;
  readonly #nowMs: () => number | null;
  #migrated: Promise<void> | undefined;
  /** the prefix of a statement that must see the newest rows inside a transaction with an older snapshot */
  #withoutSnapshot = '';

  constructor(options: MysqlStoreOptions) {
    const { pool, tablePrefix = 'idempotency_', answersPerScopeMax = answersPerScopeMaxDefault } = options;
    demandPrefix(tablePrefix);
    if (!Number.isInteger(answersPerScopeMax) || answersPerScopeMax < 1) {
      throw new RangeError('answersPerScopeMax must be a positive whole number');
    }
    if (typeof pool?.getConnection !== 'function' || 'promise' in pool) {
      throw new TypeError('pool must be of mysql2/promise; of another pool of mysql2 give pool.promise()');
    }
    this.#pool = pool;
    this.#onPool = bind(pool);
    this.#prefix = tablePrefix;
    this.#statements = statements(tablePrefix);
    this.#answersPerScopeMax = answersPerScopeMax;
    this.#nowMs = options.nowMs ?? (() => null);
  }

  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    for (let tried = 0; tried < attemptsMax; tried++) {
      const look = await this.#look(slot);
      const { found, nowMs } = look;
      if (found === undefined) {
        const fencingToken = await this.#begin(slot, request);
        if (fencingToken !== undefined) return { kind: 'claimed', fencingToken, nowMs };
      } else if (isClaimable(look, request)) {
        const fencingToken = await this.#take(slot, request);
        if (fencingToken !== undefined) return { kind: 'claimed', fencingToken, nowMs };
      } else {
        return { kind: 'found', record: found.record, nowMs };
      }
    }
    throw new Error(`a claim was overtaken ${attemptsMax} times`);
  }

  async renew(slot: Slot, fencingToken: number, leaseMs: number): Promise<boolean> {
    const held = [...bytesOf(slot), fencingToken];
    const { affected } = await this.#run(this.#statements.renew, [this.#nowMs(), leaseMs, ...held]);
    if (affected > 0) return true;
    // Without the flag FOUND_ROWS, a row that already has the value does not count as affected.
    return (await this.#run(this.#statements.isHeld, held)).rows.length > 0;
  }

  complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    return this.#complete(this.#run, slot, fencingToken, completion);
  }

  async release(slot: Slot, fencingToken: number): Promise<boolean> {
    return (await this.#run(this.#statements.release, [...bytesOf(slot), fencingToken])).affected > 0;
  }

  async inspect(slot: Slot): Promise<{ record: StoredRecord; nowMs: number } | undefined> {
    const { found, nowMs } = await this.#look(slot);
    if (found === undefined || isForgotten(found.record, found.forgetAtMs, nowMs)) return undefined;
    return { record: found.record, nowMs };
  }

  within(connection: MysqlTransaction): TransactionCompleter<Promise<boolean>> {
    if ('getConnection' in connection) {
      throw new TypeError('within() takes a connection on which beginTransaction() has run, not the pool');
    }
    const run = bind(connection);
    return {
      complete: async (slot, fencingToken, completion) => {
        await this.#ready();
        // Outside of a transaction a savepoint disappears immediately, and rolling back to it is an error.
        await run('SAVEPOINT idempotency_completion');
        await run('ROLLBACK TO SAVEPOINT idempotency_completion');
        const runNow: RunStatement = (sql, values) => run(this.#withoutSnapshot + sql, values);
        return await this.#complete(runNow, slot, fencingToken, completion);
      },
    };
  }

  migrate(): Promise<void> {
    return migrate(this.#pool, this.#prefix);
  }

  sweep({ nowMs }: { readonly nowMs?: number } = {}): Promise<Swept> {
    return sweep(this.#run, this.#statements.sweep, this.#answersPerScopeMax, nowMs ?? this.#nowMs());
  }

  async #look(slot: Slot): Promise<Look> {
    const [row] = (await this.#run(this.#statements.look, [this.#nowMs(), ...bytesOf(slot)])).rows;
    if (row === undefined) throw new Error('the database gave no time');
    return parseLook(row);
  }

  /** Inserts a record; returns undefined if another claim was faster. */
  async #begin(slot: Slot, { fingerprint, leaseMs, retentionMs }: ClaimRequest): Promise<number | undefined> {
    const now = this.#nowMs();
    const values = [...bytesOf(slot), Buffer.from(fingerprint, 'hex'), now, now, retentionMs, now, leaseMs];
    try {
      const result = await this.#run(this.#statements.begin, values);
      if (isExact(result)) return result.insertId;
    } catch (error) {
      if (errorNumberOf(error) === duplicateEntry) return undefined;
      throw error;
    }
    await this.#run(this.#statements.remove, bytesOf(slot));
    throw new RangeError(usedUp);
  }

  /** Replaces a record that may be taken by a new one; returns undefined if it may no longer be taken. */
  #take(slot: Slot, request: ClaimRequest): Promise<number | undefined> {
    const place = bytesOf(slot);
    return this.#repeated(() =>
      inTransaction(this.#pool, async (run) => {
        const [row] = (await run(this.#statements.lock, [this.#nowMs(), ...place])).rows;
        const look = row && parseLook(row);
        if (look?.found === undefined || !isClaimable(look, request)) return undefined;
        const { record, forgetAtMs } = look.found;
        await run(this.#statements.remove, place);
        const first = isForgotten(record, forgetAtMs, look.nowMs)
          ? [Buffer.from(request.fingerprint, 'hex'), look.nowMs, look.nowMs + request.retentionMs]
          : [Buffer.from(record.fingerprint, 'hex'), record.firstSeenAtMs, forgetAtMs];
        const values = [...place, ...first, this.#nowMs(), request.leaseMs];
        const result = await run(this.#statements.beginAgain, values);
        if (!isExact(result)) throw new RangeError(usedUp);
        return result.insertId;
      }),
    );
  }

  async #complete(
    run: RunStatement,
    slot: Slot,
    fencingToken: number,
    { answer, answerTtlMs, location }: Completion,
  ): Promise<boolean> {
    const held = [...bytesOf(slot), fencingToken];
    const bytes = answer === undefined ? null : bufferOf(answer);
    const place = location === undefined ? null : Buffer.from(location);
    const ttlMs = answer === undefined ? null : answerTtlMs;
    const { affected } = await run(this.#statements.complete, [place, bytes, this.#nowMs(), ttlMs, ...held]);
    if (affected > 0) return true;
    return (await run(this.#statements.isCompleted, held)).rows.length > 0;
  }

  readonly #run = (sql: string, values?: MysqlValue[]): Promise<MysqlResult> =>
    this.#repeated(() => this.#onPool(sql, values));

  /** Runs work that is one transaction, and repeats it if the server rolled it back in favour of another one. */
  async #repeated<T>(work: () => Promise<T>): Promise<T> {
    await this.#ready();
    for (let tried = 1; ; tried++) {
      try {
        return await work();
      } catch (error) {
        if (errorNumberOf(error) !== deadlock || tried === attemptsMax) throw error;
      }
    }
  }

  /**
   * From 11.6 on, MariaDB by default refuses to change rows that others have changed since the snapshot of a
   * transaction. It would refuse to complete an operation whose lease was renewed in the meantime. MySQL does not have
   * this variable.
   */
  async #prepare(): Promise<void> {
    await this.migrate();
    const { rows } = await this.#onPool("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'");
    this.#withoutSnapshot = rows.length > 0 ? 'SET STATEMENT innodb_snapshot_isolation = OFF FOR ' : '';
  }

  async #ready(): Promise<void> {
    this.#migrated ??= this.#prepare();
    try {
      await this.#migrated;
    } catch (error) {
      this.#migrated = undefined;
      throw error;
    }
  }
}

/** From 2^53 on a number is not exact: the same token would be issued again and again. */
function isExact({ insertId }: MysqlResult): boolean {
  return Number.isSafeInteger(insertId);
}

function bytesOf({ scope, key }: Slot): [scope: Buffer, key: Buffer] {
  return [Buffer.from(scope, 'hex'), Buffer.from(key, 'hex')];
}

function bufferOf(answer: StoredAnswer): Buffer {
  return typeof answer === 'string'
    ? Buffer.from(answer)
    : Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
}
