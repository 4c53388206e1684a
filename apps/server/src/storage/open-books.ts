import type { DatabaseConfig } from '../config.ts';
import type { Books } from '../reads/books.ts';
import { type ConnectionOptions, type Placement, PostgresConnection } from './postgres/connection.ts';
import { placementOf } from './postgres/database/citus.ts';
import { KnownApiKeys } from './postgres/database/known-api-keys.ts';
import { TailHorizon } from './postgres/database/tail-horizon.ts';
import { knownSchema, schemaVersion } from './postgres/migrations/migrate.ts';
import { ReadPool } from './postgres/pool.ts';
import { postgresBooks } from './postgres/read/books.ts';
import { refuseOtherSchema } from './schema-version.ts';
import { readableFile } from './sqlite/file/our-file.ts';
import { sqliteBooks } from './sqlite/read/books.ts';
import { FileSnapshots } from './sqlite/read/reader.ts';

/** Books that were opened for reading, while a server may be writing to them. */
export interface OpenedBooks {
  readonly books: Books;
  close(): Promise<void>;
}

/** These commands read no answers, so the cap does not matter. */
const noAnswers = { answersMax: 1, bytesMax: 1 };

/**
 * Opens the books of a database for reading, on either engine; nothing is created and nothing migrated.
 *
 * @throws {Error} if there is no such database, or another version's schema is in it
 */
export async function openBooks(database: DatabaseConfig): Promise<OpenedBooks> {
  switch (database.kind) {
    case 'sqlite': {
      const reading = readableFile(database.file);
      const books = sqliteBooks(new FileSnapshots(reading.file, reading.mode), noAnswers);
      const close = async () => {
        await books.close();
        reading.end();
      };
      return { books, close };
    }
    case 'postgres': {
      const placement = await findPlacement(database);
      const pool = new ReadPool({ ...database, placement }, 1);
      const horizon = new TailHorizon(pool, undefined, placement);
      const apiKeys = new KnownApiKeys(pool);
      const books = postgresBooks({ pool, pulse: pool, cap: noAnswers, horizon, apiKeys });
      const close = async () => await books.close();
      try {
        await pool.use(assertBooks);
      } catch (error) {
        await close();
        throw error;
      }
      return { books, close };
    }
  }
}

async function findPlacement(
  database: ConnectionOptions & { readonly isByTenant: boolean },
): Promise<Placement> {
  const connection = await PostgresConnection.open(database);
  try {
    return await placementOf(connection, database.isByTenant);
  } finally {
    await connection.close();
  }
}

/** Otherwise a mistyped database name would be reported as a missing table, and a newer schema as a missing column. */
async function assertBooks(connection: PostgresConnection): Promise<void> {
  const rows = await connection.rows("SELECT 1 WHERE to_regclass('schema_versions') IS NOT NULL", []);
  if (rows.length === 0) throw new Error('the database has no books: no server has run on it');
  refuseOtherSchema(await schemaVersion(connection), knownSchema);
}
