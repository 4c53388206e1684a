import type { Limit } from '../../../domain/limit.ts';
import type { LimitCounter } from '../../../domain/limit-counter.ts';
import type { CounterKey, LimitReads } from '../../../reads/books/limits.ts';
import { limitCounters, limits } from '../../tables/limits.ts';
import { uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const limitColumns = selectList(limits);
const parseLimit = parserOf(limits);
const counterColumns = selectList(limitCounters);
const parseCounter = parserOf(limitCounters);

const loadLimitsSql = `SELECT ${limitColumns} FROM limits INDEXED BY limits_in_use WHERE tenant = ? AND deleted = 0 ORDER BY name`;
const loadCounterSql = `SELECT ${counterColumns} FROM limit_counters
     WHERE tenant = ? AND limit_id = ? AND subject = ?`;
const loadCountersSql = `SELECT ${counterColumns} FROM limit_counters
     WHERE tenant = ? AND limit_id = ? AND subject > ? ORDER BY subject LIMIT ?`;
const loadFirstCountersSql = `SELECT ${counterColumns} FROM limit_counters
     WHERE tenant = ? AND limit_id = ? ORDER BY subject LIMIT ?`;

/** Those that were not deleted, by their names. */
export function loadLimits(connection: SqliteConnection, tenant: string): Limit[] {
  return connection.all(loadLimitsSql, tenant).map(parseLimit);
}

/** `undefined`: nothing was counted. */
export function loadCounter(
  connection: SqliteConnection,
  tenant: string,
  { limitId, subject }: CounterKey,
): LimitCounter | undefined {
  const row = connection.get(loadCounterSql, tenant, uuidBytes(limitId), subject);
  return row && parseCounter(row);
}

function loadCounters(
  connection: SqliteConnection,
  tenant: string,
  limitId: string,
  afterSubject: string | undefined,
  limit: number,
): LimitCounter[] {
  const rows =
    afterSubject === undefined
      ? connection.all(loadFirstCountersSql, tenant, uuidBytes(limitId), limit)
      : connection.all(loadCountersSql, tenant, uuidBytes(limitId), afterSubject, limit);
  return rows.map((row) => parseCounter(row));
}

export function limitReads(read: Read): LimitReads {
  return {
    limits: (tenant) => read((connection) => loadLimits(connection, tenant)),
    limitCounters: (tenant, limitId, afterSubject, limit) =>
      read((connection) => loadCounters(connection, tenant, limitId, afterSubject, limit)),
    namedCounters: (tenant, keys) =>
      read((connection) =>
        keys.flatMap((key) => {
          const counter = loadCounter(connection, tenant, key);
          return counter === undefined ? [] : [counter];
        }),
      ),
  };
}
