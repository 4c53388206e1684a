import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import BetterSqlite from 'better-sqlite3';
import { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from '../../src/stores/sqlite.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { dataFolder } from './data-folder.ts';

const folder = mkdtempSync(join(dataFolder(), 'billonce-sqlite-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** The name of a new file, which is removed when this process ends. */
export function newDatabaseFile(): string {
  return join(folder, `${++files}.db`);
}

/** The ways in which a caller may have opened a handle. */
export const sqliteDrivers: readonly {
  readonly name: string;
  readonly open: (file: string) => SqliteDatabase;
}[] = [
  { name: 'node:sqlite', open: (file) => wal(new DatabaseSync(file)) },
  {
    name: 'node:sqlite that gives bigints and arrays',
    open: (file) => wal(new DatabaseSync(file, { readBigInts: true, returnArrays: true })),
  },
  { name: 'better-sqlite3', open: (file) => wal(new BetterSqlite(file)) },
  {
    name: 'better-sqlite3 that gives bigints',
    open: (file) => wal(new BetterSqlite(file).defaultSafeIntegers()),
  },
];

/** The settings that the documentation recommends, except for syncs: no test here cuts the power. */
export function wal<T extends SqliteDatabase>(database: T): T {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
  return database;
}

/** A store with a separate file and clock. */
export function sqliteSubject(options: Partial<SqliteStoreOptions> = {}) {
  const clock = new ManualClock();
  const database = wal(new DatabaseSync(newDatabaseFile()));
  const store = sqliteStore({ database, nowMs: () => clock.nowMs(), ...options });
  return { store, clock, database };
}
