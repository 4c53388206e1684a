// Loaded before a server (`node --import`) to plant a fault: its SQLite uses the `PRAGMA synchronous` of the environment,
// and still reports FULL, as a disk does that acknowledges a sync which it does not do.
import { DatabaseSync } from 'node:sqlite';

const chosen = process.env['BILLONCE_TEST_SYNCHRONOUS'] ?? 'OFF';
const { exec, prepare } = DatabaseSync.prototype;

DatabaseSync.prototype.exec = function (sql) {
  exec.call(this, sql.replace('PRAGMA synchronous = FULL', `PRAGMA synchronous = ${chosen}`));
};
DatabaseSync.prototype.prepare = function (sql, ...more) {
  return prepare.call(this, sql.replace('PRAGMA synchronous', 'SELECT 2 AS synchronous'), ...more);
};
