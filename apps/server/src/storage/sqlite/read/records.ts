import type { StoredRecord } from '../../../ledger/storage-port.ts';
import type { WantedRecord } from '../../../ledger/wants.ts';
import type { RecordReads } from '../../../reads/books/records.ts';
import type { KeyFacts, RecordKey } from '../../../reads/books.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import type { RowOf } from '../../table.ts';
import { records } from '../../tables/records.ts';
import { bytes, integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import {
  answersTable,
  hasAnswer,
  listAnswersTables,
  loadAnswer,
  loadScope,
  type ScopeTotals,
} from './answers.ts';
import { LateRecords } from './late-records.ts';
import type { Read } from './reader.ts';

/** A record without its answer: what is shown of a key. */
type RecordFacts = RowOf<typeof records.columns>;

// The key is compared with the record itself, because the index, or the late records of a reader, may name a record
// that was deleted by hand.
const byNumberSql = `SELECT ${selectList(records)} FROM records WHERE n = ? AND scope = ? AND key = ?`;
const byKeySql = `SELECT ${selectList(records, 'r')} FROM record_keys AS k CROSS JOIN records AS r
     ON r.n = k.n AND r.scope = k.scope AND r.key = k.key WHERE k.scope = ? AND k.key = ?`;
const parseFacts = parserOf(records);

/** The number of the last record of a key, if that may not be in the index of keys. */
type FindLate = (scope: number, key: string) => number | undefined;

/** Every record is in the index of keys, or among the late ones: see `write/lagging-index.ts`. */
function loadRecordFacts(
  connection: SqliteConnection,
  scope: number,
  key: string,
  findLate: FindLate,
): RecordFacts | undefined {
  const late = findLate(scope, key);
  const place = [scope, bytes(key)] as const;
  const row =
    (late === undefined ? undefined : connection.get(byNumberSql, late, ...place)) ??
    connection.get(byKeySql, ...place);
  return row && parseFacts(row);
}

/** The time before which records may have been forgotten. */
export function loadForgottenBefore(connection: SqliteConnection): number {
  const row = connection.get('SELECT forgotten_before_ms FROM ledger_clock WHERE only = 1');
  return row === undefined ? 0 : integer(row, 'forgotten_before_ms');
}

/** Loads a record with its answer, while there is one. */
export function loadRecord(
  connection: SqliteConnection,
  wanted: WantedRecord,
  totals: ScopeTotals,
  findLate: FindLate,
  tables: ReadonlySet<string>,
  cap: AnswerCap,
): StoredRecord | undefined {
  const facts = loadRecordFacts(connection, totals.number, wanted.digest, findLate);
  if (facts === undefined) return undefined;
  const { fingerprint, firstSeenAtMs, location } = facts;
  const table = answersTable(firstSeenAtMs);
  const place = { tenant: wanted.tenant, scope: wanted.scope, number: facts.answerNumber };
  const answer = tables.has(table)
    ? loadAnswer(connection, table, place, totals, cap, facts.answerExpiresAtMs)
    : undefined;
  return { fingerprint, firstSeenAtMs, location, answer };
}

/** What is shown of an idempotency key, and whether its answer is kept. */
function loadKeyFacts(
  connection: SqliteConnection,
  key: RecordKey,
  lateRecords: LateRecords,
  cap: AnswerCap,
): KeyFacts | undefined {
  const totals = loadScope(connection, key.tenant, key.scope);
  if (totals === undefined) return undefined;
  const findLate: FindLate = (scope, digest) => lateRecords.find(connection, scope, digest);
  const facts = loadRecordFacts(connection, totals.number, key.digest, findLate);
  if (facts === undefined) return undefined;
  const { firstSeenAtMs, method, path, status, location, answerNumber } = facts;
  const table = answersTable(firstSeenAtMs);
  const isKept =
    listAnswersTables(connection).includes(table) &&
    hasAnswer(connection, table, { ...key, number: answerNumber }, totals, cap);
  const answerExpiresAtMs = isKept ? facts.answerExpiresAtMs : undefined;
  return { firstSeenAtMs, method, path, status, location, answerExpiresAtMs };
}

export function recordReads(read: Read, cap: AnswerCap): RecordReads {
  const lateRecords = new LateRecords();
  return { keyFacts: (key) => read((connection) => loadKeyFacts(connection, key, lateRecords, cap)) };
}
