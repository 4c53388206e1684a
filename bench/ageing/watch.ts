import type pg from 'pg';
import { connected } from '../postgres/connected.ts';

const groups = ['answers', 'records', 'records_untimed', 'deliveries'] as const;

/** The size of a table with its indexes and partitions, and its dead rows. */
export interface Taken {
  readonly megabytes: number;
  readonly deadRows: number;
}

/** The sizes of the tables that are swept. Partitions are added up, except those from `fromDay` on, which the load fills. */
export async function taken(client: pg.Client, fromDay: number): Promise<ReadonlyMap<string, Taken>> {
  const from = new Date(fromDay * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const { rows } = await client.query(
    `SELECT substring(relname FROM '^(records_untimed|records|answers|deliveries)') AS name,
      sum(pg_total_relation_size(relid)) AS bytes, sum(n_dead_tup) AS dead
      FROM pg_stat_user_tables WHERE relname ~ '^(records|answers|deliveries)'
        AND coalesce(substring(relname FROM '_(\\d{8})_\\d{8}$') < $1, true) GROUP BY 1`,
    [from],
  );
  const found = new Map<string, Taken>(
    rows.map(({ name, bytes, dead }) => [name, { megabytes: Number(bytes) / 1e6, deadRows: Number(dead) }]),
  );
  return new Map(groups.map((name) => [name, found.get(name) ?? { megabytes: 0, deadRows: 0 }]));
}

/** Megabytes and dead rows of each table, as cells of a table row. */
export function cellsOf(tables: ReadonlyMap<string, Taken>): string {
  return groups
    .map((name) => tables.get(name))
    .map((one) => `${one?.megabytes.toFixed(0)} / ${one?.deadRows.toLocaleString('en')}`)
    .join(' | ');
}

/** The longest transaction of a client while a promise was pending, sampled every 10 ms. */
export async function longestTransactionMs(url: string, during: Promise<unknown>): Promise<number> {
  const watcher = await connected(url);
  let isOver = false;
  const over = during.finally(() => {
    isOver = true;
  });
  let longestMs = 0;
  while (!isOver) {
    const { rows } = await watcher.query(
      `SELECT max(extract(epoch FROM clock_timestamp() - xact_start) * 1000) AS ms FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    longestMs = Math.max(longestMs, Number(rows[0].ms ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await over;
  await watcher.end();
  return longestMs;
}

/**
 * Waits until autovacuum has cleaned the table of keys without a time, as it would in the rest of a day.
 *
 * @returns the seconds that this took; `undefined` if it took longer than `withinMs`
 */
export async function vacuumed(client: pg.Client, withinMs: number): Promise<number | undefined> {
  const sql = `SELECT autovacuum_count AS count, n_dead_tup AS dead, n_live_tup AS live FROM pg_stat_user_tables
    WHERE relname = 'records_untimed'`;
  const startMs = performance.now();
  while (performance.now() - startMs < withinMs) {
    const { rows } = await client.query(sql);
    const { dead, live } = rows[0];
    if (Number(dead) <= 50 + 0.02 * Number(live)) return (performance.now() - startMs) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return undefined;
}
