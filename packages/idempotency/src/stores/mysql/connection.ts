/**
 * A parameter of a statement: digests, answers and locations as bytes, so that no character set or SQL mode matters.
 * The driver writes a `Buffer` as hexadecimal digits, but not any other `Uint8Array`.
 */
export type MysqlValue = number | Buffer | null;

/** The cells of a row, in the order of the columns. */
export type MysqlRow = readonly unknown[];

/** A query for mysql2; rows as arrays, because two columns may have the same name. */
export interface MysqlQuery {
  readonly sql: string;
  readonly values: MysqlValue[];
  readonly rowsAsArray: true;
}

/** A pool of `mysql2/promise`. */
export interface MysqlPool {
  query(query: MysqlQuery): PromiseLike<unknown>;
  getConnection(): PromiseLike<MysqlPoolConnection>;
}

/** A connection of such a pool. */
export interface MysqlPoolConnection {
  query(query: MysqlQuery): PromiseLike<unknown>;
  release(): void;
  destroy(): void;
}

/** A connection of `mysql2/promise` on which `beginTransaction()` was called. */
export interface MysqlTransaction {
  query(query: MysqlQuery): PromiseLike<unknown>;
  beginTransaction(): PromiseLike<void>;
  /** distinguishes a pool from a connection */
  readonly getConnection?: never;
}

/** The result of a statement: rows, or how many it has written. */
export interface MysqlResult {
  readonly rows: readonly MysqlRow[];
  readonly affected: number;
  /** the last `AUTO_INCREMENT`, if the statement generated one */
  readonly insertId: number;
}

/** Runs one statement. */
export type RunStatement = (sql: string, values?: MysqlValue[]) => Promise<MysqlResult>;

/** How to run statements through a pool or a connection of mysql2. */
export function bind(target: { query(query: MysqlQuery): PromiseLike<unknown> }): RunStatement {
  return async (sql, values = []) => parseResult(await target.query({ sql, values, rowsAsArray: true }));
}

/** Runs some work on one connection, as one transaction. */
export async function inTransaction<T>(pool: MysqlPool, work: (run: RunStatement) => Promise<T>): Promise<T> {
  return await withConnection(pool, async (run, isUsable) => {
    await run('START TRANSACTION');
    try {
      const result = await work(run);
      await run('COMMIT');
      isUsable();
      return result;
    } catch (error) {
      await run('ROLLBACK');
      isUsable();
      throw error;
    }
  });
}

/**
 * Runs some work on one connection. The connection goes back to the pool only if the work reports that its state is
 * unchanged.
 */
export async function withConnection<T>(
  pool: MysqlPool,
  work: (run: RunStatement, isUsable: () => void) => Promise<T>,
): Promise<T> {
  const connection = await pool.getConnection();
  let isUsable = false;
  try {
    return await work(bind(connection), () => {
      isUsable = true;
    });
  } finally {
    if (isUsable) connection.release();
    else connection.destroy();
  }
}

/** The error number of the server. */
export function errorNumberOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'errno' in error ? error.errno : undefined;
}

function parseResult(result: unknown): MysqlResult {
  const first: unknown = Array.isArray(result) ? result[0] : undefined;
  if (Array.isArray(first)) return { rows: first.map(parseRow), affected: 0, insertId: 0 };
  if (typeof first !== 'object' || first === null) throw new TypeError('the driver gave no result');
  const { affectedRows, insertId } = { affectedRows: 0, insertId: 0, ...first };
  return { rows: [], affected: Number(affectedRows), insertId: Number(insertId) };
}

function parseRow(row: unknown): MysqlRow {
  if (!Array.isArray(row)) throw new TypeError('the driver gave no row');
  return row;
}
