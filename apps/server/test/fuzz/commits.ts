import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { connect } from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

/** Identifies the commits of a database up to a moment. It differs after every commit. */
export type CommitMark = number | string;

/** Shows whether any process committed anything to a database. */
export interface CommitWitness {
  count(): Promise<CommitMark>;
}

/** Watches a database that a server has open. */
export async function commitWitness(t: TestContext, databaseUrl: string): Promise<CommitWitness> {
  if (databaseUrl.startsWith('file:')) return witnessOfFile(t, databaseUrl.slice('file:'.length));
  return await witnessOfPostgres(t, databaseUrl);
}

/**
 * SQLite reports for each connection whether another connection has changed the file since: no row, counter or record
 * of a key can change unnoticed.
 */
function witnessOfFile(t: TestContext, file: string): CommitWitness {
  const database = new DatabaseSync(file, { readOnly: true });
  onEnd(t, () => database.close());
  const version = database.prepare('PRAGMA data_version');
  return { count: async () => Number(version.get()?.['data_version']) };
}

/**
 * PostgreSQL also counts rolled back transactions and those of its background work, so the witness reads the rows
 * instead. Each row shows which transaction wrote it, and the digest of a table changes when a row is added, changed or
 * removed. The counts that instances take from a rate limit are not an effect of a request, so they are left out.
 */
async function witnessOfPostgres(t: TestContext, url: string): Promise<CommitWitness> {
  const client = await connect(t, url);
  const { rows } = await client.query(
    `SELECT string_agg(format('SELECT %L AS name, count(*) AS n, sum(hashtext(ctid::text || xmin::text)) AS h FROM %I',
         relname, relname), ' UNION ALL ') AS sql
       FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'rate_budgets'`,
  );
  const sql = `SELECT string_agg(name || n || ' ' || coalesce(h, 0), ',' ORDER BY name) AS mark FROM (${rows[0]?.sql}) AS tables`;
  return { count: async () => String((await client.query(sql)).rows[0]?.mark) };
}
