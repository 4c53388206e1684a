import type { MadeRecord, StoredAnswer, StoredRecord } from '../../../ledger/storage-port.ts';
import type { WantedRecord } from '../../../ledger/wants.ts';
import type { KeyFacts, RecordKey } from '../../../reads/books.ts';
import { type AnswerCap, answerBytes, parseHeaders, parseProtection } from '../../stored-answer.ts';
import { bytea, bytes, hex, integer, integerOrAbsent, json, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

const dayMs = 86_400_000;

// An answer is evicted once its scope was given more than the cap since, in answers or in bytes.
const keptAnswer = `SELECT c.* FROM answers AS c JOIN scopes AS s ON s.tenant = c.tenant AND s.scope = c.scope
  WHERE c.tenant = r.tenant AND c.scope = r.scope AND c.day = r.day AND c.answer = r.answer
    AND s.answers - c.answer < $2 AND s.answer_bytes - c.bytes_before <= $3 LIMIT 1`;
const loadRecordsSql = `SELECT r.tenant, r.scope, r.key, r.fingerprint, r.first_seen_at_ms, r.method, r.path,
    r.status AS record_status, r.location, r.answer_expires_at_ms, a.status, a.headers, a.body_text, a.body_bytes,
    a.protection
  FROM json_to_recordset($1) AS w (tenant text, scope bytea, key bytea)
  CROSS JOIN LATERAL (SELECT * FROM records AS b
    WHERE b.tenant = w.tenant AND b.scope = w.scope AND b.key = w.key LIMIT 1) AS r
  LEFT JOIN LATERAL (${keptAnswer}) AS a ON true`;
// One statement: the numbers of the answers follow from what the scopes were given, under the lock of their rows.
const saveRecordsSql = `WITH given AS (
    INSERT INTO scopes (tenant, scope, answers, answer_bytes)
    SELECT tenant, scope, answers, answer_bytes FROM json_to_recordset($1) AS w (n integer, tenant text, scope bytea,
      answers bigint, answer_bytes bigint) ORDER BY n
    ON CONFLICT (tenant, scope) DO UPDATE SET answers = scopes.answers + excluded.answers,
      answer_bytes = scopes.answer_bytes + excluded.answer_bytes
    RETURNING tenant, scope, answers, answer_bytes
  ), made AS MATERIALIZED (
    SELECT w.*, g.answers - w.answers_behind AS answer, g.answer_bytes - w.bytes_behind AS bytes_before
    FROM json_to_recordset($2) AS w (n integer, tenant text, scope bytea, key bytea, fingerprint bytea,
      first_seen_at_ms bigint, method text, path text, status integer, location text, day integer,
      answer_expires_at_ms bigint, headers text, body_text text, body_bytes bytea, protection text,
      answers_behind bigint, bytes_behind bigint)
    JOIN given AS g ON g.tenant = w.tenant AND g.scope = w.scope ORDER BY w.n
  ), recorded AS (
    INSERT INTO records (tenant, scope, key, fingerprint, first_seen_at_ms, method, path, status, location, day, answer,
      answer_expires_at_ms)
    SELECT tenant, scope, key, fingerprint, first_seen_at_ms, method, path, status, location, day, answer,
      answer_expires_at_ms
    FROM made ORDER BY n
  )
  INSERT INTO answers (tenant, scope, day, answer, bytes_before, status, headers, body_text, body_bytes, protection)
  SELECT tenant, scope, day, answer, bytes_before, status, headers, body_text, body_bytes, protection
  FROM made ORDER BY n`;

/** A record with what names it. */
export interface NamedRecord {
  readonly name: WantedRecord;
  readonly record: StoredRecord;
}

/** Loads records with their answers, as far as these are kept. */
export async function loadRecords(
  connection: Connection,
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

/** What there is to tell of a key. */
export async function loadKeyFacts(
  connection: Connection,
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

/** Saves records with their answers, in an order in which two batches do not wait for each other. */
export async function saveRecords(statements: Statements, records: readonly MadeRecord[]): Promise<void> {
  if (records.length === 0) return;
  const scopes = new Map<
    string,
    { readonly tenant: string; readonly scope: string; answers: number; answerBytes: number }
  >();
  const sorted = records.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rows = sorted.toReversed().map((record, fromEnd) => {
    const { tenant, scope, answer } = record;
    const given = scopes.get(`${tenant} ${scope}`) ?? { tenant, scope, answers: 0, answerBytes: 0 };
    scopes.set(`${tenant} ${scope}`, given);
    const answersBehind = given.answers;
    given.answers += 1;
    given.answerBytes += answerBytes(answer);
    return recordRow(record, sorted.length - 1 - fromEnd, answersBehind, given.answerBytes);
  });
  const totals = [...scopes.values()].toReversed().map((given, n) => ({
    n,
    tenant: given.tenant,
    scope: bytea(given.scope),
    answers: given.answers,
    answer_bytes: given.answerBytes,
  }));
  await statements.rows(saveRecordsSql, [json(totals), json(rows)]);
}

function nameOf({ tenant, scope, digest }: MadeRecord): string {
  return `${tenant} ${scope} ${digest}`;
}

function recordRow(record: MadeRecord, n: number, answersBehind: number, bytesBehind: number) {
  const { answer } = record;
  return {
    n,
    tenant: record.tenant,
    scope: bytea(record.scope),
    key: bytea(record.digest),
    fingerprint: bytea(record.fingerprint),
    first_seen_at_ms: record.firstSeenAtMs,
    method: record.method,
    path: record.path,
    status: answer.status,
    location: record.location ?? null,
    day: Math.floor(record.firstSeenAtMs / dayMs),
    answer_expires_at_ms: answer.expiresAtMs,
    headers: JSON.stringify(answer.headers),
    body_text: typeof answer.body === 'string' ? answer.body : null,
    body_bytes: typeof answer.body === 'string' ? null : bytea(Buffer.from(answer.body).toString('hex')),
    protection: answer.protection,
    answers_behind: answersBehind,
    bytes_behind: bytesBehind,
  };
}

async function recordRows(
  connection: Connection,
  wanted: readonly WantedRecord[],
  cap: AnswerCap,
): Promise<Row[]> {
  const names = wanted.map(({ tenant, scope, digest }) => ({
    tenant,
    scope: bytea(scope),
    key: bytea(digest),
  }));
  return await connection.rows(loadRecordsSql, [json(names), cap.answersMax, cap.bytesMax]);
}

function parseAnswer(row: Row): StoredAnswer | undefined {
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
