import type { IdempotencyStore } from '../core/store.ts';
import { CloudflareRecords, type Swept } from './cloudflare/records.ts';
import { type CloudflareRow, type CloudflareStatement, ddlStatements } from './cloudflare/statements.ts';

export type { Swept } from './cloudflare/records.ts';
export type { CloudflareRow, CloudflareStatement, CloudflareValue } from './cloudflare/statements.ts';

/** What is used of a D1 database. */
export interface D1DatabaseLike<Statement> {
  prepare(sql: string): { bind(...values: unknown[]): Statement };
  batch(statements: Statement[]): PromiseLike<readonly { readonly results: readonly unknown[] }[]>;
  /** what tells a session from the binding */
  readonly getBookmark?: never;
}

/** What is used of the storage of a Durable Object. */
export interface ObjectStorageLike {
  readonly sql: { exec(sql: string, ...values: unknown[]): { toArray(): unknown[] } };
  transactionSync<T>(work: () => T): T;
}

/** What is used of the namespace of a Durable Object whose class has the method `idempotency`. */
export interface ObjectNamespaceLike<Id> {
  idFromName(name: string): Id;
  get(id: Id): { idempotency(transaction: readonly CloudflareStatement[]): PromiseLike<unknown> };
}

/** What both stores take. */
export interface CloudflareStoreOptions {
  /** what the names of the store's tables begin with; `idempotency_` */
  readonly tablePrefix?: string;
  /** milliseconds since the epoch, for tests; the clock of the database */
  readonly nowMs?: () => number;
}

/** A store on Cloudflare. */
export interface CloudflareStore extends IdempotencyStore {
  /** Creates the tables where they are missing. Without it, the first use does. */
  migrate(): Promise<void>;

  /**
   * Removes expired answers, and keys whose retention is over, in steps of at most 500 rows. To be called now and then,
   * from a cron trigger for example; several may run at the same time.
   *
   * @param options `nowMs` takes the place of the store's clock
   */
  sweep(options?: { readonly nowMs?: number }): Promise<Swept>;
}

/**
 * A store in a D1 database. A Worker needs the compatibility flag `nodejs_compat`.
 *
 * Every verb is one batch, which is one transaction on the primary. Give it the binding, not a session.
 *
 * @throws {TypeError} for what is not a D1 database
 * @throws {RangeError} for a prefix that is no plain name
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
 * A store in a Durable Object with SQLite storage, whose class hands the method `idempotency` to `runInObject`. A Worker
 * needs the compatibility flag `nodejs_compat`.
 *
 * @param options `name` of the one object that has all records of the store; `idempotency`
 * @throws {TypeError} for what is not the namespace of a Durable Object
 * @throws {RangeError} for a prefix that is no plain name
 */
export function durableObjectStore<Id>(
  options: CloudflareStoreOptions & { readonly namespace: ObjectNamespaceLike<Id>; readonly name?: string },
): CloudflareStore {
  const { namespace, name = 'idempotency', tablePrefix = 'idempotency_', nowMs } = options;
  demandPrefix(tablePrefix);
  if (typeof namespace?.idFromName !== 'function') {
    throw new TypeError('namespace must be the binding of a Durable Object');
  }
  // A stub that has failed may stay broken: each call takes a new one.
  const run = async (transaction: readonly CloudflareStatement[]) =>
    parseResults(await namespace.get(namespace.idFromName(name)).idempotency(transaction));
  return new CloudflareRecords(run, tablePrefix, nowMs);
}

/** Runs what `durableObjectStore` asks for, as one transaction. To be called by the object's method `idempotency`. */
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
 * The statements that make the tables of a D1 store, for `wrangler d1 migrations`.
 *
 * @throws {RangeError} for a prefix that is no plain name
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
