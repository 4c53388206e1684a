import type { IdempotencyStore } from '../core/store.ts';
import { CloudflareRecords, type Swept } from './cloudflare/records.ts';
import { type CloudflareRow, type CloudflareStatement, ddlStatements } from './cloudflare/statements.ts';

export type { Swept } from './cloudflare/records.ts';
export type { CloudflareRow, CloudflareStatement, CloudflareValue } from './cloudflare/statements.ts';

/** The parts of a D1 database that the store uses. */
export interface D1DatabaseLike<Statement> {
  prepare(sql: string): { bind(...values: unknown[]): Statement };
  batch(statements: Statement[]): PromiseLike<readonly { readonly results: readonly unknown[] }[]>;
  /** distinguishes a session from the binding */
  readonly getBookmark?: never;
}

/** The parts of a Durable Object's storage that the store uses. */
export interface ObjectStorageLike {
  readonly sql: { exec(sql: string, ...values: unknown[]): { toArray(): unknown[] } };
  transactionSync<T>(work: () => T): T;
}

/** The parts that the store uses of the namespace of a Durable Object whose class has the method `idempotency`. */
export interface ObjectNamespaceLike<Id> {
  idFromName(name: string): Id;
  get(id: Id): { idempotency(transaction: readonly CloudflareStatement[]): PromiseLike<unknown> };
}

/** Options of both stores. */
export interface CloudflareStoreOptions {
  /** the prefix of the store's tables; `idempotency_` */
  readonly tablePrefix?: string;
  /** milliseconds since the epoch, for tests; the clock of the database */
  readonly nowMs?: () => number;
}

/** A store on Cloudflare. */
export interface CloudflareStore extends IdempotencyStore {
  /** Creates missing tables. If it was not called, the first use does it. */
  migrate(): Promise<void>;

  /**
   * Removes expired answers, and keys whose retention is over, in steps of at most 500 rows. Call it regularly, from a
   * cron trigger for example; several may run at the same time.
   *
   * @param options `nowMs` replaces the time of the store's clock
   */
  sweep(options?: { readonly nowMs?: number }): Promise<Swept>;
}

/**
 * A store in a D1 database. A Worker needs the compatibility flag `nodejs_compat`.
 *
 * Every verb is one batch, which is one transaction on the primary. Pass the binding, not a session.
 *
 * @throws {TypeError} if it is not a D1 database
 * @throws {RangeError} if the prefix is not a plain name
 */
export function d1Store<Statement>(
  options: CloudflareStoreOptions & { readonly database: D1DatabaseLike<Statement> },
): CloudflareStore {
  const { database, tablePrefix = 'idempotency_', nowMs } = options;
  demandPrefix(tablePrefix);
  if (typeof database?.batch !== 'function' || 'getBookmark' in database) {
    throw new TypeError('database must be the binding of a D1 database; a session may read from a replica');
  }
  const run = async (transaction: readonly CloudflareStatement[]) => {
    const batch = transaction.map(({ sql, values }) => database.prepare(sql).bind(...values));
    return parseResults((await database.batch(batch)).map(({ results }) => results));
  };
  return new CloudflareRecords(run, tablePrefix, nowMs);
}

/**
 * A store in a Durable Object with SQLite storage, whose class passes calls of its method `idempotency` to
 * `runInObject`. A Worker needs the compatibility flag `nodejs_compat`.
 *
 * @param options `name` of the one object that keeps all records of the store; `idempotency`
 * @throws {TypeError} if it is not the namespace of a Durable Object
 * @throws {RangeError} if the prefix is not a plain name
 */
export function durableObjectStore<Id>(
  options: CloudflareStoreOptions & { readonly namespace: ObjectNamespaceLike<Id>; readonly name?: string },
): CloudflareStore {
  const { namespace, name = 'idempotency', tablePrefix = 'idempotency_', nowMs } = options;
  demandPrefix(tablePrefix);
  if (typeof namespace?.idFromName !== 'function') {
    throw new TypeError('namespace must be the binding of a Durable Object');
  }
  // A stub that has failed may stay broken, so each call creates a new one.
  const run = async (transaction: readonly CloudflareStatement[]) =>
    parseResults(await namespace.get(namespace.idFromName(name)).idempotency(transaction));
  return new CloudflareRecords(run, tablePrefix, nowMs);
}

/** Runs the request of `durableObjectStore` as one transaction. Called by the object's method `idempotency`. */
export function runInObject(
  storage: ObjectStorageLike,
  transaction: readonly CloudflareStatement[],
): CloudflareRow[][] {
  return storage.transactionSync(() =>
    transaction.map(({ sql, values }) =>
      storage.sql
        .exec(sql, ...values)
        .toArray()
        .map(parseRow),
    ),
  );
}

/**
 * The statements that create the tables of a D1 store, for `wrangler d1 migrations`.
 *
 * @throws {RangeError} if the prefix is not a plain name
 */
export function d1Ddl(options: { readonly tablePrefix?: string } = {}): string {
  const { tablePrefix = 'idempotency_' } = options;
  demandPrefix(tablePrefix);
  return ddlStatements(tablePrefix)
    .map((statement) => `${statement};\n`)
    .join('');
}

function demandPrefix(tablePrefix: string): void {
  if (/^(?!sqlite_|_cf_)[a-z_][a-z0-9_]{0,62}$/i.test(tablePrefix)) return;
  throw new RangeError('tablePrefix must be 1 to 63 letters, digits and underscores');
}

function parseResults(results: unknown): CloudflareRow[][] {
  if (!Array.isArray(results)) throw new TypeError('the database gave no results');
  return results.map((rows) => {
    if (!Array.isArray(rows)) throw new TypeError('the database gave no rows');
    return rows.map(parseRow);
  });
}

function parseRow(row: unknown): CloudflareRow {
  if (typeof row !== 'object' || row === null) throw new TypeError('the database gave no row');
  return Object.fromEntries(Object.entries(row));
}
