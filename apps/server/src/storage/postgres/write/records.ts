import type { MadeRecord } from '../../../ledger/storage-port.ts';
import { answerBytes } from '../../stored-answer.ts';
import { bytea, json } from '../columns.ts';
import { madeOfTenants, OneTenant } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';

const dayMs = 86_400_000;

// One statement: the numbers of the answers follow from what the scopes were given, under the lock of their rows.
const saveRecordsSql = `WITH given AS (
    INSERT INTO scopes (tenant, scope, answers, answer_bytes)
    SELECT w.tenant, scope, answers, answer_bytes FROM json_to_recordset($1) AS w (n integer, tenant text, scope bytea,
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
    SELECT w.tenant, scope, key, fingerprint, first_seen_at_ms, method, path, status, location, day, answer,
      answer_expires_at_ms
    FROM made AS w ORDER BY n
  )
  INSERT INTO answers (tenant, scope, day, answer, bytes_before, status, headers, body_text, body_bytes, protection)
  SELECT w.tenant, scope, day, answer, bytes_before, status, headers, body_text, body_bytes, protection
  FROM made AS w ORDER BY n`;

// The same for one tenant in three statements, each on the node of the tenant, where an insert cannot read rows from a
// `WITH`.
const countAnswersSql = madeOfTenants(
  1,
  (tenant, from) => `INSERT INTO scopes (tenant, scope, answers, answer_bytes)
  SELECT ${tenant}, scope, answers, answer_bytes
  FROM ${from('json_to_recordset($1) AS w (n integer, tenant text, scope bytea, answers bigint, answer_bytes bigint)')} ORDER BY n
  ON CONFLICT (tenant, scope) DO UPDATE SET answers = scopes.answers + excluded.answers,
    answer_bytes = scopes.answer_bytes + excluded.answer_bytes`,
);
const makeRecordsSql = `INSERT INTO records (tenant, scope, key, fingerprint, first_seen_at_ms, method, path, status, location, day, answer,
    answer_expires_at_ms)
  SELECT s.tenant, w.scope, w.key, w.fingerprint, w.first_seen_at_ms, w.method, w.path, w.status, w.location, w.day,
    s.answers - w.answers_behind, w.answer_expires_at_ms
  FROM scopes AS s JOIN json_to_recordset($1) AS w (n integer, scope bytea, key bytea, fingerprint bytea,
    first_seen_at_ms bigint, method text, path text, status integer, location text, day integer,
    answer_expires_at_ms bigint, answers_behind bigint) ON w.scope = s.scope WHERE s.tenant = $2 ORDER BY w.n`;
const makeAnswersSql = `INSERT INTO answers (tenant, scope, day, answer, bytes_before, status, headers, body_text, body_bytes, protection)
  SELECT s.tenant, w.scope, w.day, s.answers - w.answers_behind, s.answer_bytes - w.bytes_behind, w.status, w.headers,
    w.body_text, w.body_bytes, w.protection
  FROM scopes AS s JOIN json_to_recordset($1) AS w (n integer, scope bytea, day integer, status integer, headers text,
    body_text text, body_bytes bytea, protection text, answers_behind bigint, bytes_behind bigint)
    ON w.scope = s.scope WHERE s.tenant = $2 ORDER BY w.n`;

/** Saves records with their answers, in an order in which two batches never wait for each other in a circle. */
export async function saveRecords(
  statements: StatementRunner,
  records: readonly MadeRecord[],
): Promise<void> {
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
  if (!(statements instanceof OneTenant)) {
    await statements.rows(saveRecordsSql, [json(totals), json(rows)]);
    return;
  }
  await Promise.all([
    statements.rows(countAnswersSql, [json(totals)]),
    statements.rows(makeRecordsSql, [json(rows), statements.tenant]),
    statements.rows(makeAnswersSql, [json(rows), statements.tenant]),
  ]);
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
