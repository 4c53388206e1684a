import { accessSync, constants, statSync } from 'node:fs';
import { refuseNewerSchema, refuseOtherSchema } from '../../schema-version.ts';
import { SqliteConnection } from '../connection.ts';
import { primaryCode } from '../fault.ts';
import { knownSchema, schemaVersion } from '../migrations/migrate.ts';
import { openFault } from './open-fault.ts';
import { Reading } from './reading.ts';

/** A database file of Billonce that is open to be read. */
export interface OurFile {
  readonly connection: SqliteConnection;
  /** Closes it, and removes the files that reading created. */
  close(): void;
}

/**
 * Opens a database file of Billonce to read it, whether or not a server is running on it.
 *
 * @throws {Error} if there is no such file, it cannot be read, it is damaged or not a database of Billonce, or a newer version has
 * migrated it
 */
export function openOurFile(file: string): OurFile {
  assertFile(file);
  const reading = new Reading(file);
  let connection: SqliteConnection | undefined;
  try {
    connection = new SqliteConnection(reading.file, reading.mode);
    if (!hasBooks(connection)) throw notOurs(file, connection);
    refuseNewerSchema(schemaVersion(connection), knownSchema);
  } catch (error) {
    connection?.close();
    reading.end();
    throw readFault(file, error);
  }
  const opened = connection;
  const close = () => {
    opened.close();
    reading.end();
  };
  return { connection: opened, close };
}

/**
 * Checks that the books of a file can be read as they are, because only a server migrates.
 *
 * @returns how to read it
 * @throws {Error} as `openOurFile` does, and if the schema is older
 */
export function readableFile(file: string): Reading {
  const { connection, close } = openOurFile(file);
  try {
    refuseOtherSchema(schemaVersion(connection), knownSchema);
  } finally {
    close();
  }
  return new Reading(file);
}

/**
 * Looks, without a change, whether a server may use what a name leads to: no file yet, an empty one, or a database of Billonce.
 *
 * @throws {Error} if the file is of another program
 */
export function refuseForeign(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  // Folders and other non-files are refused when it is opened.
  if (found?.isFile() !== true || found.size === 0) return;
  const reading = new Reading(file);
  let connection: SqliteConnection | undefined;
  try {
    connection = new SqliteConnection(reading.file, reading.mode);
    if (!hasBooks(connection) && tablesIn(connection) > 0) throw notOurs(file, connection);
  } catch (error) {
    throw readFault(file, error);
  } finally {
    connection?.close();
    reading.end();
  }
}

/** For all of these SQLite only reports that it cannot open the file. */
function assertFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`there is no file ${file}`);
  if (found.isDirectory()) throw new Error(`${file} is a folder: name the database file in it`);
  if (!found.isFile()) throw new Error(`${file} is not a file: name a database file`);
  if (found.size === 0) throw new Error(`${file} is empty: no server has run on it`);
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw openFault(`${file} cannot be read`, error, 'read the file');
  }
}

function hasBooks(connection: SqliteConnection): boolean {
  return connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_clock'") !== undefined;
}

function tablesIn(connection: SqliteConnection): number {
  return Number(connection.get('SELECT count(*) AS tables FROM sqlite_schema')?.['tables']);
}

function notOurs(file: string, connection: SqliteConnection): Error {
  return new Error(
    tablesIn(connection) === 0
      ? `${file} is an SQLite database without tables: no server has run on it`
      : `${file} is an SQLite database of another program, not of Billonce: name another file`,
  );
}

/** Why a file cannot be read, by SQLite's result code. https://sqlite.org/rescode.html */
function readFault(file: string, error: unknown): Error {
  switch (primaryCode(error)) {
    case 26:
      return new Error(
        `${file} is not an SQLite database, or its beginning is damaged: name another file, or restore a backup`,
        { cause: error },
      );
    case 11:
      return new Error(`${file} is a damaged database: keep it, and restore a backup`, { cause: error });
    case 5:
      return new Error(`${file} is locked by another process: try again`, { cause: error });
    case 8:
    case 14:
      return new Error(
        `${file} has a log (${file}-wal) that this user cannot read, because it may not write in the same folder: ` +
          'run the command as the user that runs the server',
        { cause: error },
      );
    case undefined:
      return error instanceof Error ? error : new Error(String(error));
    default:
      return openFault(`${file} cannot be read`, error, 'read the file');
  }
}
