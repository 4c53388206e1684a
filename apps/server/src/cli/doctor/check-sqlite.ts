import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SqliteConnection } from '../../storage/sqlite/connection.ts';
import { openOurFile } from '../../storage/sqlite/file/our-file.ts';
import { refuseOrphanLog } from '../../storage/sqlite/file/own-file.ts';
import { effectivePragmas } from '../../storage/sqlite/file/pragmas.ts';
import { knownSchema, schemaVersion } from '../../storage/sqlite/migrations/migrate.ts';
import { existingFolder } from './check-disk.ts';
import { isOpenToOthers } from './check-files.ts';
import { clockFinding } from './clock-finding.ts';
import { type Finding, findingsOf, reasonOf } from './finding.ts';

const of = findingsOf('database');

/** Checks what a server needs of a database file. The file is only read, and not changed. */
export function checkSqlite(name: string, nowMs: number): readonly Finding[] {
  const file = resolve(name);
  try {
    refuseOrphanLog(file);
    if (!existsSync(file) || statSync(file).size === 0) return [checkNewFile(file)];
    return [...checkBooks(file, nowMs), checkWritable(file), checkRights(file)];
  } catch (error) {
    return [of.stop(reasonOf(error), 'correct DATABASE_URL, or fix the problem that this message describes')];
  }
}

/** A server makes the file, and the folders above it. */
function checkNewFile(file: string): Finding {
  const folder = existingFolder(dirname(file));
  if (!isWritable(folder))
    return of.stop(
      `${file} does not exist, and this user may not write in ${folder}`,
      `let the user of the server write in ${folder}`,
    );
  return of.ok(`${file} does not exist yet: a server creates it in ${folder}`);
}

function checkBooks(file: string, nowMs: number): readonly Finding[] {
  const { connection, close } = openOurFile(file);
  try {
    return [
      checkSchema(file, schemaVersion(connection)),
      checkSettings(connection),
      clockOf(connection, nowMs),
    ];
  } finally {
    close();
  }
}

function checkSchema(file: string, schema: number): Finding {
  return schema === knownSchema
    ? of.ok(`${file} has schema ${schema}, that of this version`)
    : of.ok(
        `${file} has schema ${schema}: a server of this version migrates it to ${knownSchema} when it starts; make a backup before`,
      );
}

/**
 * The write-ahead log is a property of the file. The other settings belong to each connection, and a server does not
 * start without them.
 */
function checkSettings(connection: SqliteConnection): Finding {
  const { journal_mode: journal } = effectivePragmas(connection);
  return journal === 'wal'
    ? of.ok('it has a write-ahead log, which a server syncs before it acknowledges (synchronous = FULL)')
    : of.ok(
        `its journal is ${journal}: a server changes it to a write-ahead log, synced before it acknowledges`,
      );
}

function clockOf(connection: SqliteConnection, nowMs: number): Finding {
  const lastMs = Number(connection.get('SELECT next_id_time_ms FROM ledger_clock')?.['next_id_time_ms'] ?? 0);
  return clockFinding(nowMs, lastMs, 'the last write of the database');
}

function checkWritable(file: string): Finding {
  const closed = [file, dirname(file)].filter((path) => !isWritable(path));
  return closed.length === 0
    ? of.ok('this user may write to it, and beside it')
    : of.stop(
        `this user may not write to ${closed.join(' and ')}`,
        'run the server as the owner of the file, or give its user the right',
      );
}

function checkRights(file: string): Finding {
  return isOpenToOthers(file)
    ? of.fix(
        `every user of this machine may use ${file}`,
        `remove the rights of other users: chmod o= ${file}`,
      )
    : of.ok('it is closed to other users');
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
