import type { MadeRecord, StoredRecord } from '../../../ledger/storage-port.ts';
import type { WantedRecord } from '../../../ledger/wants.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { bytes, hex, integer, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';
import { answersTable, loadAnswer } from './answers.ts';

/** A record without its answer: what there is to tell of a key. */
export interface RecordFacts {
  readonly fingerprint: string;
  readonly firstSeenAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly location: string | undefined;
  /** number of its answer in its scope */
  readonly answerNumber: number;
  readonly answerExpiresAtMs: number;
}

const columns = `fingerprint, first_seen_at_ms, method, path, status, location, answer, answer_expires_at_ms`;

const loadRecordFactsSql = `SELECT ${columns} FROM records WHERE tenant = ? AND scope = ? AND key = ?`;
const saveRecordSql = `INSERT INTO records (tenant, scope, key, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function loadRecordFacts(connection: Connection, wanted: WantedRecord): RecordFacts | undefined {
  const row = connection.get(loadRecordFactsSql, wanted.tenant, bytes(wanted.scope), bytes(wanted.digest));
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

export function saveRecord(connection: Connection, record: MadeRecord, answerNumber: number): void {
  connection.run(
    saveRecordSql,
    record.tenant,
    bytes(record.scope),
    bytes(record.digest),
    bytes(record.fingerprint),
    record.firstSeenAtMs,
    record.method,
    record.path,
    record.answer.status,
    record.location ?? null,
    answerNumber,
    record.answer.expiresAtMs,
  );
}

function parseFacts(row: Row): RecordFacts {
  return {
    fingerprint: hex(row, 'fingerprint'),
    firstSeenAtMs: integer(row, 'first_seen_at_ms'),
    method: text(row, 'method'),
    path: text(row, 'path'),
    status: integer(row, 'status'),
    location: textOrAbsent(row, 'location'),
    answerNumber: integer(row, 'answer'),
    answerExpiresAtMs: integer(row, 'answer_expires_at_ms'),
  };
}
