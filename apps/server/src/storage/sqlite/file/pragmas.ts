import type { SqliteConnection } from '../connection.ts';

/** With any other value an acknowledged commit could be lost, or a row could refer to a missing row. */
const required: Readonly<Record<string, string>> = {
  journal_mode: 'wal',
  // FULL: the log is synced before a commit ends.
  synchronous: '2',
  foreign_keys: '1',
  // On macOS a sync reaches the disk only with these; elsewhere they change nothing.
  fullfsync: '1',
  checkpoint_fullfsync: '1',
};

/** Sets up the connection that writes. */
export function setPragmas(connection: SqliteConnection): void {
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA fullfsync = ON');
  connection.exec('PRAGMA checkpoint_fullfsync = ON');
  // Pages of 4 KiB: a checkpoint every 16 MiB of log, not every 4.
  connection.exec('PRAGMA wal_autocheckpoint = 4000');
  connection.exec('PRAGMA cache_size = -65536');
  connection.exec('PRAGMA journal_size_limit = 67108864');
}

/** The settings that are in force on a connection and that its safety depends on. */
export function effectivePragmas(connection: SqliteConnection): Readonly<Record<string, string>> {
  const inForce = (name: string) => String(Object.values(connection.get(`PRAGMA ${name}`) ?? {})[0]);
  return Object.fromEntries(Object.keys(required).map((name) => [name, inForce(name)]));
}

/**
 * SQLite silently accepts a setting that it cannot apply, such as the log on a file system without shared memory.
 *
 * @throws {Error} if what was acknowledged could be lost
 */
export function assertPragmas(connection: SqliteConnection): void {
  const wrong = Object.entries(effectivePragmas(connection)).filter(
    ([name, value]) => required[name] !== value,
  );
  if (wrong.length === 0) return;
  const found = wrong.map(([name, value]) => `${name} is ${value}, not ${required[name]}`);
  throw new Error(`what is acknowledged could be lost here (${found.join('; ')}): use another file system`);
}
