import type pg from 'pg';

const dayMs = 86_400_000;

/** What is put into a database that is to look aged. */
export interface Filling {
  /** keys with their answers, of each day; every other one is a UUIDv7 */
  readonly keysPerDay: number;
  readonly days: readonly number[];
}

/**
 * Fills the tables of keys and answers as days of load would, in the scope of the newest record, through the tables in
 * parts. The rows are made by the database itself.
 */
export async function fill(client: pg.Client, { keysPerDay, days }: Filling): Promise<void> {
  const { rows } = await client.query('SELECT scope FROM records ORDER BY first_seen_at_ms DESC LIMIT 1');
  const scope: Buffer = rows[0].scope;
  for (const day of days) {
    const values = [scope, day * dayMs, day, keysPerDay];
    await client.query(
      `INSERT INTO records SELECT 'public', $1,
        CASE WHEN n % 2 = 0
          THEN substring(int8send($2::bigint + n * ${dayMs}::bigint / $4::bigint) FROM 3) || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 10)
          ELSE '\\xff'::bytea || substring(uuid_send(gen_random_uuid()) FROM 2) END,
        sha256(int8send(n)), $2::bigint + n * ${dayMs}::bigint / $4::bigint, 'POST', '/api/v1/usage', 201, NULL, $3::integer, n,
        $2::bigint + ${dayMs}
        FROM generate_series(1, $4::bigint) AS n`,
      values,
    );
    await client.query(
      `INSERT INTO answers SELECT 'public', $1, $2::integer, n, n * 200, 201, '{"content-type":"application/json; charset=utf-8"}',
        rpad('{"n":' || n, 199, ' ') || '}', NULL, 'plain'
        FROM generate_series(1, $3::bigint) AS n`,
      [scope, day, keysPerDay],
    );
  }
  await client.query('VACUUM (ANALYZE) records, answers');
  await client.query('CHECKPOINT');
}

/** Bytes and dead rows of the tables of keys and answers, with their indexes and parts. */
export async function sizes(client: pg.Client): Promise<string> {
  const { rows } = await client.query(
    `SELECT substring(relname FROM '^(records_untimed|records|answers)') AS name, count(*) AS parts,
      sum(pg_total_relation_size(relid)) AS bytes, sum(n_dead_tup) AS dead
      FROM pg_stat_user_tables WHERE relname ~ '^(records|answers)' GROUP BY 1 ORDER BY 1`,
  );
  return rows
    .map(
      ({ name, parts, bytes, dead }) =>
        `${name}: ${(Number(bytes) / 1e6).toFixed(0)} MB in ${parts} tables, ${dead} dead rows`,
    )
    .join('; ');
}
