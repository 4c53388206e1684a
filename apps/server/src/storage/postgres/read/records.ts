import type { StoredAnswer, StoredRecord } from '../../../ledger/storage-port.ts';
import type { WantedRecord } from '../../../ledger/wants.ts';
import type { RecordReads } from '../../../reads/books/records.ts';
import type { KeyFacts, RecordKey } from '../../../reads/books.ts';
import { type AnswerCap, parseHeaders, parseProtection } from '../../stored-answer.ts';
import { bytea, bytes, hex, integer, integerOrAbsent, json, text, textOrAbsent } from '../columns.ts';
import { ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

// An answer is evicted once its scope was given more than the cap since, in answers or in bytes.
const keptAnswer = (
  tenant: string,
) => `SELECT c.* FROM answers AS c JOIN scopes AS s ON s.tenant = c.tenant AND s.scope = c.scope
  WHERE c.tenant = ${tenant} AND c.scope = r.scope AND c.day = r.day AND c.answer = r.answer
    AND s.answers - c.answer < $2 AND s.answer_bytes - c.bytes_before <= $3 LIMIT 1`;
const loadRecordsSql = ofTenants(
  3,
  (tenant) => `SELECT r.tenant, r.scope, r.key, r.fingerprint, r.first_seen_at_ms, r.method, r.path,
    r.status AS record_status, r.location, r.answer_expires_at_ms, a.status, a.headers, a.body_text, a.body_bytes,
    a.protection
  FROM json_to_recordset($1) AS w (tenant text, scope bytea, key bytea)
  CROSS JOIN LATERAL (SELECT * FROM records AS b
    WHERE b.tenant = ${tenant} AND b.scope = w.scope AND b.key = w.key LIMIT 1) AS r
  LEFT JOIN LATERAL (${keptAnswer(tenant)}) AS a ON true`,
);

/** A record with what names it. */
export interface NamedRecord {
  readonly name: WantedRecord;
  readonly record: StoredRecord;
}

/** Loads records with their answers, as far as these are kept. */
export async function loadRecords(
  connection: StatementRunner,
  wanted: readonly WantedRecord[],
  cap: AnswerCap,
): Promise<NamedRecord[]> {
  return (await recordRows(connection, wanted, cap)).map((row) => ({
    name: { tenant: text(row, 'tenant'), scope: hex(row, 'scope'), digest: hex(row, 'key') },
    record: {
      fingerprint: hex(row, 'fingerprint'),
      firstSeenAtMs: integer(row, 'first_seen_at_ms'),
      location: textOrAbsent(row, 'location'),
      answer: parseAnswer(row),
    },
  }));
}

/** What is shown of a key. */
async function loadKeyFacts(
  connection: StatementRunner,
  key: RecordKey,
  cap: AnswerCap,
): Promise<KeyFacts | undefined> {
  const [row] = await recordRows(connection, [key], cap);
  if (row === undefined) return undefined;
  const isKept = integerOrAbsent(row, 'status') !== undefined;
  return {
    firstSeenAtMs: integer(row, 'first_seen_at_ms'),
    method: text(row, 'method'),
    path: text(row, 'path'),
    status: integer(row, 'record_status'),
    location: textOrAbsent(row, 'location'),
    answerExpiresAtMs: isKept ? integer(row, 'answer_expires_at_ms') : undefined,
  };
}

async function recordRows(
  connection: StatementRunner,
  wanted: readonly WantedRecord[],
  cap: AnswerCap,
): Promise<PostgresRow[]> {
  const names = wanted.map(({ tenant, scope, digest }) => ({
    tenant,
    scope: bytea(scope),
    key: bytea(digest),
  }));
  return await connection.rows(loadRecordsSql, [json(names), cap.answersMax, cap.bytesMax]);
}

function parseAnswer(row: PostgresRow): StoredAnswer | undefined {
  const status = integerOrAbsent(row, 'status');
  if (status === undefined) return undefined;
  return {
    status,
    headers: parseHeaders(text(row, 'headers')),
    body: textOrAbsent(row, 'body_text') ?? bytes(row, 'body_bytes'),
    protection: parseProtection(text(row, 'protection')),
    expiresAtMs: integer(row, 'answer_expires_at_ms'),
  };
}

export function recordReads(reader: Reader, cap: AnswerCap): RecordReads {
  return { keyFacts: (key) => reader.of(key.tenant, (connection) => loadKeyFacts(connection, key, cap)) };
}
