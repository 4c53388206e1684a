import type { DatabaseConfig } from '../config.ts';
import { distributeTables, placementOf } from './postgres/database/citus.ts';
import { grantToServer } from './postgres/database/grants.ts';
import { ExclusiveConnection } from './postgres/exclusive-connection.ts';
import { knownSchema, migrate } from './postgres/migrations/migrate.ts';

const migrateWithinMs = 3_600_000;

/**
 * Migrates a PostgreSQL database with the rights of its owner, and grants the role of the servers the rights that it needs.
 *
 * @returns the schema that it has afterwards, and the names of the tables that were distributed over the nodes of Citus
 * @throws {Error} if it is not PostgreSQL, or cannot be migrated
 */
export async function migrateDatabase(
  database: DatabaseConfig,
  serverRole: string,
): Promise<{ readonly schema: number; readonly distributed: readonly string[] }> {
  if (database.kind === 'sqlite') {
    throw new Error('DATABASE_URL names a file: the server migrates it when it starts');
  }
  const connection = await ExclusiveConnection.open({ ...database, answerWithinMs: migrateWithinMs });
  try {
    await migrate(connection);
    const placement = await placementOf(connection, database.isByTenant);
    const distributed = placement === 'citus' ? await distributeTables(connection) : [];
    await grantToServer(connection, serverRole);
    return { schema: knownSchema, distributed };
  } finally {
    await connection.close();
  }
}
