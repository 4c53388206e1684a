/** A parameter of a statement. */
export type SqliteValue = string | number | Uint8Array | null;

/** The cells of a row, in the order of the columns: handles can be configured to return arrays, or bigints. */
export type SqliteRow = readonly unknown[];

/** A prepared statement of node:sqlite or better-sqlite3. */
export interface SqliteStatement {
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
  all(...values: SqliteValue[]): unknown[];
}

/** A `DatabaseSync` of node:sqlite. */
export interface NodeSqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  readonly isTransaction: boolean;
}

/** A `Database` of better-sqlite3. */
export interface BetterSqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
}

/** A handle that the caller has opened. */
export type SqliteDatabase = NodeSqliteDatabase | BetterSqliteDatabase;

/** A handle with its prepared statements. */
export class PreparedDatabase {
  readonly #database: SqliteDatabase;
  readonly #statements = new Map<string, SqliteStatement>();

  /** @throws {TypeError} if it is neither of node:sqlite nor of better-sqlite3 */
  constructor(database: SqliteDatabase) {
    if (!('prepare' in database && ('isTransaction' in database || 'inTransaction' in database))) {
      throw new TypeError('a database of node:sqlite or better-sqlite3 is needed');
    }
    this.#database = database;
  }

  get isInTransaction(): boolean {
    const database = this.#database;
    return 'isTransaction' in database ? database.isTransaction : database.inTransaction;
  }

  /** Runs a statement, and returns how many rows it changed. */
  run(sql: string, ...values: SqliteValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  rows(sql: string, ...values: SqliteValue[]): SqliteRow[] {
    return this.#prepared(sql)
      .all(...values)
      .map(parseRow);
  }

  /** Runs several statements. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs some work as one transaction, which takes the write lock at its beginning. */
  transaction<T>(work: () => T): T {
    this.run('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      // After some errors, such as a full disk, SQLite has already rolled back.
      if (this.isInTransaction) this.run('ROLLBACK');
      throw error;
    }
  }

  #prepared(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function parseRow(row: unknown): SqliteRow {
  if (typeof row !== 'object' || row === null) throw new TypeError('the driver gave no row');
  return Object.values(row);
}
