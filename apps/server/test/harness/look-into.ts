import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Reads one number from a database file that a server has open. */
export function countIn(file: string, sql: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  } finally {
    database.close();
  }
}

/** The tables of answers in a database file. */
export function answersTablesIn(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'answers_[0-9]*' ORDER BY name`,
      )
      .all()
      .map((row) => String(row['name']));
  } finally {
    database.close();
  }
}

/**
 * Everything that a server keeps on disk: the bytes of the database file, its write-ahead log, and the other files next
 * to them.
 */
export function bytesOnDisk(file: string): Buffer {
  const folder = dirname(file);
  const names = readdirSync(folder).filter((name) => name.startsWith(basename(file)));
  return Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
}
