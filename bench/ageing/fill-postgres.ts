import type pg from 'pg';

const dayMs = 86_400_000;
/** Rows of one statement. A longer statement would keep autovacuum from the rows that died since its start. */
const rowsPerStatement = 100_000;
/** Accounts over which the entries are spread. */
const filledAccounts = 1_000;

/** One day of load: `count` rows, in the scope of the newest record. */
export interface FilledDay {
  readonly day: number;
  readonly count: number;
}

// Every other key is a UUIDv7, whose digest begins with its time; those of the others begin with ff.
const recordsSql = `INSERT INTO records SELECT 'public', $1,
    CASE WHEN n % 2 = 0
      THEN substring(int8send($2::bigint + n * ${dayMs} / $3::bigint) FROM 3) || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 10)
      ELSE '\\xff'::bytea || substring(uuid_send(gen_random_uuid()) FROM 2) END,
    sha256(int8send(n)), $2::bigint + n * ${dayMs} / $3::bigint, 'POST', '/api/v1/usage', 201, NULL,
    ($2::bigint / ${dayMs})::integer, n, $2::bigint + ${dayMs}
  FROM generate_series($4::bigint, $5::bigint) AS n`;
const answersSql = `INSERT INTO answers SELECT 'public', $1, ($2::bigint / ${dayMs})::integer, n, n * 200, 201,
    '{"content-type":"application/json; charset=utf-8"}', rpad('{"n":' || n, 199, ' ') || '}', NULL, 'plain'
  FROM generate_series($3::bigint, $4::bigint) AS n`;
// An account is named by the end of its id. Ids of entries and of usage ascend, as those of a server do.
const accountsSql = `INSERT INTO accounts (tenant, account, agent, service_id)
  SELECT 'public', ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'filled-' || n, 'search'
  FROM generate_series(0, ${filledAccounts - 1}) AS n`;
const entriesSql = `INSERT INTO entries SELECT 'public',
    encode(substring(int8send($1::bigint + n) FROM 3) || '\\x7000'::bytea || '\\x80'::bytea || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 7), 'hex')::uuid,
    ('00000000-0000-7000-8000-' || lpad(to_hex(n % ${filledAccounts}), 12, '0'))::uuid, n / ${filledAccounts} + 1, 3, 1,
    (n / ${filledAccounts} + 1) * 3, 'event-' || lpad(n::text, 14, '0'), NULL, $1::bigint + n
  FROM generate_series($2::bigint, $3::bigint) AS n`;
// Like those of the outbox: created with their event, taken, delivered. None of them is due here while it is pending.
const idSql = `(lpad(to_hex($2::bigint + n * ${dayMs} / $3::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid`;
const deliveriesSql = `INSERT INTO deliveries (tenant, webhook, event, event_type, state, attempts, next_attempt_at_ms)
  SELECT 'public', $1, ${idSql}, 'usage.recorded', 'pending', 0, ${Number.MAX_SAFE_INTEGER}
  FROM generate_series(1, $3::bigint) AS n`;
const takeSql = `UPDATE deliveries SET taken_until_ms = 1 WHERE event >= $1 AND event < $2`;
const deliverSql = `UPDATE deliveries SET state = 'delivered', attempts = 1, attempted_at_ms = 1, outcome = 'delivered',
  status = 204, taken_until_ms = 0 WHERE event >= $1 AND event < $2`;

/** Runs a statement over the numbers from `from` on, in parts. */
async function inParts(
  client: pg.Client,
  sql: string,
  values: unknown[],
  span: { readonly from: number; readonly count: number },
): Promise<void> {
  const end = span.from + span.count;
  for (let from = span.from; from < end; from += rowsPerStatement) {
    await client.query(sql, [...values, from, Math.min(end, from + rowsPerStatement) - 1]);
  }
}

async function newestScope(client: pg.Client): Promise<Buffer> {
  const { rows } = await client.query('SELECT scope FROM records ORDER BY first_seen_at_ms DESC LIMIT 1');
  return rows[0].scope;
}

/** Inserts records of a day's keys, half of them UUIDv7 and half random. The database generates the rows. */
export async function fillRecords(client: pg.Client, { day, count }: FilledDay): Promise<void> {
  const values = [await newestScope(client), day * dayMs, count];
  await inParts(client, recordsSql, values, { from: 1, count });
}

export async function fillAnswers(client: pg.Client, { day, count }: FilledDay): Promise<void> {
  await inParts(client, answersSql, [await newestScope(client), day * dayMs], { from: 1, count });
}

/** Inserts entries with usage ids, recorded before `day`. Entries are kept for ever. */
export async function fillEntries(client: pg.Client, { day, count }: FilledDay): Promise<void> {
  await client.query(accountsSql);
  await inParts(client, entriesSql, [day * dayMs - count], { from: 1, count });
}

/** Inserts the deliveries of a day. */
export async function fillDeliveries(client: pg.Client, { day, count }: FilledDay): Promise<void> {
  const webhook = '00000000-0000-7000-8000-000000000001';
  const boundOf = (at: number) => `${uuidTime(at * dayMs)}-0000-0000-000000000000`;
  await client.query(deliveriesSql, [webhook, day * dayMs, count]);
  await client.query(takeSql, [boundOf(day), boundOf(day + 1)]);
  await client.query(deliverSql, [boundOf(day), boundOf(day + 1)]);
}

function uuidTime(ms: number): string {
  const digits = ms.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
