// A plan that was made while tables are empty remains while they fill. So each statement over the rows of a batch has
// only one possible plan: it finds each row by an index with its complete key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'pg';
import { ofOneTenant } from '../../src/storage/postgres/one-tenant.ts';
import { isOnCitus, migratedPostgres } from '../harness/database.ts';
import { statementConstants } from '../harness/engine-statements.ts';
import { connect } from '../harness/instances.ts';

const constants = await statementConstants();

/**
 * Statements that compare rows of a batch with each other, or have a reason to read more than the rows of their keys.
 */
const explained: Readonly<Record<string, string>> = {
  'write/acts.ts saveActsSql': 'the acts of a batch, and the counts of their tenants',
  'write/records.ts makeAnswersSql':
    'Citus sends it to one node only as a join; it may read all scopes of the tenant',
  'write/records.ts makeRecordsSql': 'the same',
  'write/records.ts saveRecordsSql': 'the records of a batch, and their scopes',
};

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Join Filter'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly Plan[];
}

/** The conditions by which a plan compares each row of a batch with many rows of a table. */
function comparisons(plan: Plan): readonly string[] {
  const below = (plan.Plans ?? []).flatMap(comparisons);
  const ofScan = plan['Relation Name'] === undefined ? undefined : plan.Filter;
  const own = [plan['Join Filter'], ofScan].filter((condition) => isOfKey(condition ?? ''));
  return [...below, ...own.map(String)];
}

/** Whether a condition compares a column of a table for equality with a row of a batch. */
function isOfKey(condition: string): boolean {
  return /\(?w(_\d)?\.\w+\)?(::\w+)? = |= \(?w(_\d)?\.|\w+\.\w+ = \w+\.\w+/.test(condition);
}

async function planOf(client: Client, sql: string): Promise<Plan> {
  const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`);
  return rows[0]['QUERY PLAN'][0].Plan;
}

/** The comparisons, by the names of the statements over the rows of a batch. */
async function allComparisons(client: Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  let statements = 0;
  for (const { name, value } of constants) {
    if (typeof value !== 'string' || !value.includes('json_to_recordset')) continue;
    for (const sql of [value, ofOneTenant(value) ?? value]) {
      statements += 1;
      const conditions = comparisons(await planOf(client, sql));
      if (conditions.length > 0) found.set(name, conditions);
    }
  }
  assert.ok(statements > 80, String(statements));
  return found;
}

test('no statement over the rows of a batch compares each of them with many rows of a table', {
  skip: isOnCitus && 'Citus explains no statement without its parameters',
}, async (t) => {
  const client = await connect(t, await migratedPostgres());
  // The same settings as in the transaction of a batch.
  await client.query('SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off');
  assert.deepEqual([...(await allComparisons(client)).keys()].toSorted(), Object.keys(explained));

  // Tables that have grown since and were not analyzed, and tables that were analyzed while they were small.
  const fill = (from: number, through: number) =>
    client.query(`INSERT INTO accounts (tenant, account, agent, service_id)
      SELECT 'acme', gen_random_uuid(), 'agent-' || n, 'search' FROM generate_series(${from}, ${through}) AS n`);
  for (const [from, through] of [
    [1, 3],
    [4, 3_000],
  ] as const) {
    await fill(from, through);
    const found = await allComparisons(client);
    assert.deepEqual([...found.keys()].toSorted(), Object.keys(explained), JSON.stringify([...found]));
    if (through === 3) await client.query('ANALYZE');
  }

  const planted = `UPDATE accounts AS a SET sequence = 1 FROM json_to_recordset($1) AS w (tenant text, agent text)
    WHERE a.tenant = $2 AND a.agent = w.agent`;
  assert.ok(comparisons(await planOf(client, planted)).length > 0);
});
