import type { DatabaseConfig } from '../config.ts';
import { distributeTables, placementOf } from './postgres/database/citus.ts';
import { grantToServer } from './postgres/database/grants.ts';
import { ExclusiveConnection } from './postgres/exclusive-connection.ts';
import { knownSchema, migrate } from './postgres/migrations/migrate.ts';

const migrateWithinMs = 3_600_000;

/**
 * Migrates a PostgreSQL database with the rights of its owner, and grants the role of the servers the rights that it needs.
 *
 * @returns the schema that it has afterwards
 * @throws {Error} if it is not PostgreSQL, or cannot be migrated
 */
export async function migrateDatabase(database: DatabaseConfig, serverRole: string): Promise<number> {
  if (database.kind === 'sqlite') {
    throw new Error('DATABASE_URL names a file: the server migrates it when it starts');
  }
  const connection = await ExclusiveConnection.open({ ...database, answerWithinMs: migrateWithinMs });
  try {
    await migrate(connection);
    if ((await placementOf(connection, database.isByTenant)) === 'citus') await distributeTables(connection);
    await grantToServer(connection, serverRole);
    return knownSchema;
  } finally {
    await connection.close();
  }
}
