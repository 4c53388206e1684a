// Loaded before a server (`node --import`) to plant a fault in its use of the clock, by other SQL: that of PLANTED_FAULT.
import { DatabaseSync } from 'node:sqlite';

const { prepare } = DatabaseSync.prototype;
const now = "unixepoch('subsec') * 1000";
const isPast = `first_seen_at_ms <= ${now}`;

const replacements = {
  /** a list ends at the time of the clock */
  lists: [['AND e.id > ? ORDER BY e.id', `AND e.id > ? AND e.recorded_at_ms <= ${now} ORDER BY e.id`]],
  /** a key is not found while the clock is earlier than its record */
  keys: [
    ['FROM records WHERE n = ? AND', `FROM records WHERE ${isPast} AND n = ? AND`],
    ['WHERE k.scope = ? AND k.key = ?', `WHERE r.${isPast} AND k.scope = ? AND k.key = ?`],
  ],
} as const;

const chosen = process.env['PLANTED_FAULT'];
if (chosen !== 'lists' && chosen !== 'keys') throw new Error('PLANTED_FAULT is the name of no planted fault');

DatabaseSync.prototype.prepare = function (sql, ...more) {
  let planted = sql;
  for (const [from, to] of replacements[chosen]) planted = planted.replace(from, to);
  return prepare.call(this, planted, ...more);
};
