import type { FaultFacts } from '../fault-facts.ts';

/** Why the storage failed, in words that are the same on both engines. */
export type FaultReason =
  | 'disk_full'
  | 'io_error'
  | 'damaged'
  | 'read_only'
  | 'contention'
  | 'connection'
  | 'timeout'
  | 'memory'
  | 'rejected'
  | 'other';

/** Primary result codes of SQLite, by their names (https://sqlite.org/rescode.html). */
const ofSqlite: Readonly<Record<string, FaultReason>> = {
  SQLITE_FULL: 'disk_full',
  SQLITE_IOERR: 'io_error',
  SQLITE_CANTOPEN: 'io_error',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_NOTADB: 'damaged',
  SQLITE_READONLY: 'read_only',
  SQLITE_BUSY: 'contention',
  SQLITE_LOCKED: 'contention',
  SQLITE_PROTOCOL: 'contention',
  SQLITE_NOMEM: 'memory',
  SQLITE_INTERRUPT: 'timeout',
};

/** SQLSTATEs, and classes of them (https://www.postgresql.org/docs/current/errcodes-appendix.html); the longest counts. */
const ofPostgres: Readonly<Record<string, FaultReason>> = {
  '53100': 'disk_full',
  '53200': 'memory',
  '53': 'connection',
  '58': 'io_error',
  XX: 'damaged',
  '25006': 'read_only',
  '23505': 'contention',
  '55P03': 'contention',
  '40': 'contention',
  '57014': 'timeout',
  '25P03': 'timeout',
  '08': 'connection',
  '28': 'connection',
  '57': 'connection',
  '21': 'rejected',
  '22': 'rejected',
  '23': 'rejected',
  '42': 'rejected',
};

/** The reason of a fault; `undefined` if it is not one of the storage, such as a full queue. */
export function faultReason({ engine, code, isContention }: FaultFacts): FaultReason | undefined {
  if (engine === undefined) return undefined;
  if (isContention === true) return 'contention';
  if (engine === 'sqlite') return ofSqlite[code?.split(' ', 1)[0] ?? ''] ?? 'other';
  if (code === 'ETIMEDOUT') return 'timeout';
  // Without an answer of the server it is the connection: refused, reset, closed, or silent.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code) || /^E[A-Z]{4}$/.test(code)) return 'connection';
  return ofPostgres[code] ?? ofPostgres[code.slice(0, 2)] ?? 'other';
}
