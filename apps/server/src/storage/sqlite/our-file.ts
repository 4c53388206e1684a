import { existsSync } from 'node:fs';
import { refuseNewerSchema, refuseOtherSchema } from '../schema-version.ts';
import { Connection } from './connection.ts';
import { knownSchema, schemaVersion } from './migrations/migrate.ts';
import { openFault } from './open-fault.ts';

/**
 * Opens a database file of Billonce to read it, whether or not a server is running on it.
 *
 * @throws {Error} if there is no such file, it is not a database of Billonce, or a newer version has migrated it
 */
export function openOurFile(file: string): Connection {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`);
  const connection = openToRead(file);
  try {
    assertOurs(connection, file);
    refuseNewerSchema(schemaVersion(connection), knownSchema);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

function openToRead(file: string): Connection {
  try {
    return new Connection(file, 'read_only');
  } catch (error) {
    throw openFault(`${file} cannot be opened for reading`, error);
  }
}

/**
 * Checks that the books of a file can be read as they are, because only a server migrates.
 *
 * @throws {Error} as `openOurFile` does, and if the schema is older
 */
export function assertReadable(file: string): void {
  const connection = openOurFile(file);
  try {
    refuseOtherSchema(schemaVersion(connection), knownSchema);
  } finally {
    connection.close();
  }
}

function assertOurs(connection: Connection, file: string): void {
  try {
    connection.get('SELECT only FROM ledger_clock');
  } catch (error) {
    throw new Error(`${file} is not a database of Billonce`, { cause: error });
  }
}
