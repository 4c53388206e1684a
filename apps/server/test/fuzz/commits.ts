import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { connect } from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

/** What was committed to a database by a moment; another one after every commit. */
export type CommitMark = number | string;

/** Tells whether anything was committed to a database, by whomever. */
export interface CommitWitness {
  count(): Promise<CommitMark>;
}

/** Watches a database that a server has open. */
export async function commitWitness(t: TestContext, databaseUrl: string): Promise<CommitWitness> {
  if (databaseUrl.startsWith('file:')) return witnessOfFile(t, databaseUrl.slice('file:'.length));
  return await witnessOfPostgres(t, databaseUrl);
}

/**
 * SQLite says of each connection whether another one has changed the file since: not a row, not a counter, not a record of
 * a key can change behind it.
 */
function witnessOfFile(t: TestContext, file: string): CommitWitness {
  const database = new DatabaseSync(file, { readOnly: true });
  onEnd(t, () => database.close());
  const version = database.prepare('PRAGMA data_version');
  return { count: async () => Number(version.get()?.['data_version']) };
}

/**
 * PostgreSQL counts transactions that were rolled back, and those of its background work, too. So this looks at the
 * rows: each shows which transaction wrote it, and the digest of a table changes when any row is added, changed or
 * removed. What instances take of a rate limit is theirs, and no effect of a request.
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
