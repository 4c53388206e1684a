/** A parameter of a statement: digests as hexadecimal digits, answers as bytes. */
export type PostgresValue = string | number | Uint8Array | null;

/**
 * The cells of a row, in the order of the columns: drivers can be configured to rename columns, but not to reorder
 * them.
 */
export type PostgresRow = readonly unknown[];

/** Runs one statement. */
export type RunStatement = (text: string, values: PostgresValue[]) => Promise<readonly PostgresRow[]>;

/** Runs several statements, without parameters, in one separate transaction. */
export type RunScript = (text: string) => Promise<void>;

/** A pool of node-postgres, or a client of it that nothing else uses. */
export interface NodePostgresClient {
  query(text: string, values: PostgresValue[]): PromiseLike<unknown>;
}

/** A client of node-postgres on which `BEGIN` was executed. */
export interface NodePostgresTransaction {
  query(text: string, values: PostgresValue[]): PromiseLike<unknown>;
  getTransactionStatus?(): string | null;
  /** distinguishes a pool from a client */
  readonly totalCount?: never;
}

/** `sql` of postgres.js, as `postgres()` returns it. */
export interface PostgresJsClient {
  unsafe(text: string, values: PostgresValue[]): PromiseLike<unknown>;
  begin(...values: never[]): unknown;
}

/** `sql` of postgres.js, as `sql.begin()` passes it. */
export interface PostgresJsTransaction {
  unsafe(text: string, values: PostgresValue[]): PromiseLike<unknown>;
  savepoint(...values: never[]): unknown;
}

/** A `Transaction` of Kysely. */
export interface KyselyTransaction {
  readonly isTransaction: true;
  executeQuery(query: KyselyQuery): PromiseLike<unknown>;
}

/** The result of Kysely's `CompiledQuery.raw()`. */
export interface KyselyQuery {
  readonly sql: string;
  readonly parameters: readonly PostgresValue[];
  readonly query: {
    readonly kind: 'RawNode';
    readonly sqlFragments: readonly string[];
    readonly parameters: readonly [];
  };
  readonly queryId: { readonly queryId: string };
}

/** A transaction of Drizzle, over any driver. */
export interface DrizzleTransaction {
  execute(query: DrizzleQuery | string): PromiseLike<unknown>;
  rollback(): never;
}

/** The part of Drizzle's `SQL` that `execute` uses. */
export interface DrizzleQuery {
  getSQL(): {
    toQuery(config: never): { readonly sql: string; readonly params: unknown[] };
  };
}

/** The client that Prisma's `$transaction(async (tx) => …)` passes. */
export interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: PostgresValue[]): PromiseLike<unknown>;
  readonly $connect?: never;
}

/** The clients through which a store can use the database. */
export type PostgresClient = NodePostgresClient | PostgresJsClient;

/** A transaction that the caller has opened. */
export type PostgresTransaction =
  | NodePostgresTransaction
  | PostgresJsTransaction
  | KyselyTransaction
  | DrizzleTransaction
  | PrismaTransaction;

/**
 * How to run statements through a client, each in a separate transaction.
 *
 * @throws {TypeError} if it is neither node-postgres nor postgres.js
 */
export function bindClient(client: PostgresClient): {
  readonly run: RunStatement;
  readonly script: RunScript;
} {
  const send = sender(client);
  return {
    run: async (text, values) => parseRows(await send(text, values)),
    // Without parameters both drivers send a simple query: several statements, one implicit transaction.
    script: async (text) => {
      await send(text, []);
    },
  };
}

function sender(client: PostgresClient): (text: string, values: PostgresValue[]) => PromiseLike<unknown> {
  if ('unsafe' in client) {
    if (!('begin' in client)) throw new TypeError('give the store sql itself, not that of a transaction');
    return (text, values) => client.unsafe(text, values);
  }
  if (!('query' in client)) throw new TypeError('client must be of node-postgres or postgres.js');
  return (text, values) => client.query(text, values);
}

/**
 * How to run statements inside a transaction.
 *
 * @throws {TypeError} if it is not a transaction
 */
export function bindTransaction(tx: PostgresTransaction): RunStatement {
  const run = bind(tx);
  return async (text, values) => {
    // Fails outside of a transaction. Some drivers silently reopen a broken connection and go on; the completion would
    // then commit alone, while the effects were rolled back (porsager/postgres#1155).
    await run('SAVEPOINT idempotency_completion', []);
    return run(text, values);
  };
}

function bind(tx: PostgresTransaction): RunStatement {
  if ('$queryRawUnsafe' in tx) return bindPrisma(tx);
  if ('executeQuery' in tx) return bindKysely(tx);
  if ('execute' in tx) return bindDrizzle(tx);
  if ('unsafe' in tx) return bindPostgresJs(tx);
  if ('query' in tx) return bindNodePostgres(tx);
  throw new TypeError(
    'within() takes a transaction of node-postgres, postgres.js, Kysely, Drizzle or Prisma',
  );
}

function bindNodePostgres(tx: NodePostgresTransaction): RunStatement {
  demandTransaction(!('totalCount' in tx), 'a client of the pool on which BEGIN has run');
  return async (text, values) => {
    // Checked each time: this object stays the same when the transaction ends. Old releases do not report it.
    demandTransaction(tx.getTransactionStatus?.() !== 'I', 'a client on which BEGIN has run');
    return parseRows(await tx.query(text, values));
  };
}

function bindPostgresJs(tx: PostgresJsTransaction): RunStatement {
  demandTransaction('savepoint' in tx, 'the sql that sql.begin() gives');
  return async (text, values) => parseRows(await tx.unsafe(text, values));
}

function bindKysely(tx: KyselyTransaction): RunStatement {
  demandTransaction(tx.isTransaction, 'the transaction that db.transaction().execute() gives');
  return async (sql, parameters) => {
    const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] } as const;
    const queryId = { queryId: crypto.randomUUID() };
    return parseRows(await tx.executeQuery({ sql, parameters, query, queryId }));
  };
}

function bindDrizzle(tx: DrizzleTransaction): RunStatement {
  demandTransaction('rollback' in tx, 'the transaction that db.transaction() gives');
  return async (sql, params) => {
    const text = { toQuery: () => ({ sql, params }) };
    return parseRows(await tx.execute({ getSQL: () => text }));
  };
}

function bindPrisma(tx: PrismaTransaction): RunStatement {
  demandTransaction(!('$connect' in tx), 'the client that prisma.$transaction(async (tx) => …) gives');
  return async (text, values) => parseRows(await tx.$queryRawUnsafe(text, ...values));
}

function demandTransaction(isMet: boolean, wanted: string): void {
  if (!isMet) throw new TypeError(`within() needs an open transaction: ${wanted}`);
}

/** An array of rows, or an object that has one, depending on the driver. */
function parseRows(result: unknown): readonly PostgresRow[] {
  const rows = typeof result === 'object' && result !== null && 'rows' in result ? result.rows : result;
  if (!Array.isArray(rows)) throw new TypeError('the driver gave no rows');
  return rows.map((row: object) => Object.values(row));
}
