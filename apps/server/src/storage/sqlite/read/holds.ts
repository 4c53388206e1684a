import type { Hold } from '../../../domain/hold.ts';
import type { HoldReads } from '../../../reads/books/holds.ts';
import { holds } from '../../tables/holds.ts';
import { uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const columns = selectList(holds);
const parseHold = parserOf(holds);

const loadHoldSql = `SELECT ${columns} FROM holds WHERE tenant = ? AND id = ?`;
const loadDueSql = `SELECT ${columns} FROM holds
  WHERE tenant = ? AND agent = ? AND state = 'open' AND expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?`;
const loadHoldsAfterSql = `SELECT ${columns} FROM holds WHERE tenant = ? AND place > ? ORDER BY place LIMIT ?`;
const loadHoldsOfAfterSql = `SELECT ${columns} FROM holds
  WHERE tenant = ? AND agent = ? AND place > ? ORDER BY place LIMIT ?`;

export function loadHold(connection: SqliteConnection, tenant: string, id: string): Hold | undefined {
  const row = connection.get(loadHoldSql, tenant, id);
  return row && parseHold(row);
}

/** Open holds of an agent whose time has come, the first ones first; a limit of -1 is none. */
export function loadDueHolds(
  connection: SqliteConnection,
  tenant: string,
  agent: string,
  nowMs: number,
  limit: number,
): Hold[] {
  return connection.all(loadDueSql, tenant, agent, nowMs, limit).map(parseHold);
}

export function holdReads(read: Read): HoldReads {
  return {
    hold: (tenant, id) => read((connection) => loadHold(connection, tenant, id)),
    holdsAfter: ({ tenant, agent }, after, limit) =>
      read((connection) => {
        const place = uuidBytes(after);
        const rows =
          agent === undefined
            ? connection.all(loadHoldsAfterSql, tenant, place, limit)
            : connection.all(loadHoldsOfAfterSql, tenant, agent, place, limit);
        return rows.map(parseHold);
      }),
  };
}
