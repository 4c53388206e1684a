// Loaded before a server (`node --import`) to plant a fault: it does not empty the write-ahead log when it opens the file.
import { DatabaseSync } from 'node:sqlite';

const { prepare } = DatabaseSync.prototype;

DatabaseSync.prototype.prepare = function (sql, ...more) {
  return prepare.call(this, sql.replace('PRAGMA wal_checkpoint(TRUNCATE)', 'SELECT 0 AS busy'), ...more);
};
