import { existsSync } from 'node:fs';
import type { DatabaseConfig } from '../config.ts';
import type { Books } from '../reads/books.ts';
import type { Connection } from './postgres/connection.ts';
import { DatabaseClock } from './postgres/database-clock.ts';
import { KnownApiKeys } from './postgres/known-api-keys.ts';
import { ReadPool } from './postgres/pool.ts';
import { PostgresBooks } from './postgres/postgres-books.ts';
import { TailHorizon } from './postgres/tail-horizon.ts';
import { SqliteBooks } from './sqlite/sqlite-books.ts';

/** Books that were opened to be read, beside a server that may be writing to them. */
export interface OpenedBooks {
  readonly books: Books;
  close(): Promise<void>;
}

/** The cap of answers does not matter to who reads none. */
const noAnswers = { answersMax: 1, bytesMax: 1 };

/**
 * Opens the books of a database to read them, whichever engine it is of; nothing is made and nothing migrated.
 *
 * @throws {Error} when there is no such database
 */
export async function openBooks(database: DatabaseConfig): Promise<OpenedBooks> {
  switch (database.kind) {
    case 'sqlite': {
      if (!existsSync(database.file)) throw new Error(`there is no file ${database.file}`);
      const books = new SqliteBooks(database.file, noAnswers);
      return { books, close: async () => books.close() };
    }
    case 'postgres': {
      const pool = new ReadPool(database, 1);
      const clock = new DatabaseClock(pool);
      const horizon = new TailHorizon(clock.nowMs, database.tailMarginMs);
      const books = new PostgresBooks({ pool, cap: noAnswers, horizon, apiKeys: new KnownApiKeys(pool) });
      const close = async () => {
        clock.stop();
        await books.close();
      };
      try {
        await clock.start();
        await pool.use(assertBooks);
      } catch (error) {
        await close();
        throw error;
      }
      return { books, close };
    }
  }
}

/** A mistyped name of a database would else be told as a table that is missing. */
async function assertBooks(connection: Connection): Promise<void> {
  const rows = await connection.rows("SELECT 1 WHERE to_regclass('schema_versions') IS NOT NULL", []);
  if (rows.length === 0) throw new Error('the database has no books: no server has run on it');
}
