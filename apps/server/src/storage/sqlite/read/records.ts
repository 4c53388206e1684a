import type { StoredRecord } from '../../../ledger/storage-port.ts';
import type { WantedRecord } from '../../../ledger/wants.ts';
import type { RecordReads } from '../../../reads/books/records.ts';
import type { KeyFacts, RecordKey } from '../../../reads/books.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import type { RowOf } from '../../table.ts';
import { records } from '../../tables/records.ts';
import { bytes, integer } from '../columns.ts';
import type { Connection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import { answersTable, hasAnswer, listAnswersTables, loadAnswer } from './answers.ts';
import type { Read } from './reader.ts';

/** A record without its answer: what is shown of a key. */
type RecordFacts = RowOf<typeof records.columns>;

const loadRecordSql = `SELECT ${selectList(records)} FROM records WHERE tenant = ? AND scope = ? AND key = ?`;
const parseFacts = parserOf(records);

function loadRecordFacts(connection: Connection, wanted: WantedRecord): RecordFacts | undefined {
  const row = connection.get(loadRecordSql, wanted.tenant, bytes(wanted.scope), bytes(wanted.digest));
  return row && parseFacts(row);
}

/** The time before which records may have been forgotten. */
export function loadForgottenBefore(connection: Connection): number {
  const row = connection.get('SELECT forgotten_before_ms FROM ledger_clock WHERE only = 1');
  return row === undefined ? 0 : integer(row, 'forgotten_before_ms');
}

/** Loads a record with its answer, while there is one. */
export function loadRecord(
  connection: Connection,
  wanted: WantedRecord,
  tables: ReadonlySet<string>,
  cap: AnswerCap,
): StoredRecord | undefined {
  const facts = loadRecordFacts(connection, wanted);
  if (facts === undefined) return undefined;
  const { fingerprint, firstSeenAtMs, location } = facts;
  const table = answersTable(firstSeenAtMs);
  const place = { tenant: wanted.tenant, scope: wanted.scope, number: facts.answerNumber };
  const answer = tables.has(table)
    ? loadAnswer(connection, table, place, cap, facts.answerExpiresAtMs)
    : undefined;
  return { fingerprint, firstSeenAtMs, location, answer };
}

/** What is shown of an idempotency key, and whether its answer is kept. */
function loadKeyFacts(connection: Connection, key: RecordKey, cap: AnswerCap): KeyFacts | undefined {
  const facts = loadRecordFacts(connection, key);
  if (facts === undefined) return undefined;
  const { firstSeenAtMs, method, path, status, location, answerNumber } = facts;
  const table = answersTable(firstSeenAtMs);
  const isKept =
    listAnswersTables(connection).includes(table) &&
    hasAnswer(connection, table, { ...key, number: answerNumber }, cap);
  const answerExpiresAtMs = isKept ? facts.answerExpiresAtMs : undefined;
  return { firstSeenAtMs, method, path, status, location, answerExpiresAtMs };
}

export function recordReads(read: Read, cap: AnswerCap): RecordReads {
  return { keyFacts: (key) => read((connection) => loadKeyFacts(connection, key, cap)) };
}
