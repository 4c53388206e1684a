// Every statement of the engine is limited to one tenant, or has a reason to use all of them, so that the tables can be
// distributed by tenant.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofManyNodes, ofOneTenant } from '../../src/storage/postgres/one-tenant.ts';
import { unboundTables } from '../harness/bound-tenants.ts';
import { engineFiles, statementConstants } from '../harness/engine-statements.ts';
import { startInstances } from '../harness/instances.ts';

const constants = await statementConstants();

/**
 * Functions that make statements, with the arguments that the engine passes to them. Their statements are constants
 * too, or are named here.
 */
const functions: Readonly<Record<string, readonly string[]>> = {
  'read/deliveries.ts dueSql': [],
  'read/sum-accounts.ts sumSql': [],
  'upkeep/sweep.ts deleteRecordsSql': ['records_untimed', 'records_rest'],
  'upkeep/sweep.ts recordsTenantsSql': ['records_untimed', 'records_rest'],
  'write/storage.ts beginOnCitusSql': [],
  'write/storage.ts beginSql': [],
};

/** Statements over the rows of all tenants. Each is used by the operator or by a worker. */
const ofAllTenants: Readonly<Record<string, string>> = {
  'read/accounts.ts loadTenantsAfterSql': 'the audit and the sums of the operator go from tenant to tenant',
  'read/acts.ts loadActsSql': 'the operator reads the audit log of all tenants',
  'read/acts.ts loadTenantsSql': 'the check of the audit log goes from tenant to tenant',
  'read/balances.ts loadExpiringSql': 'a worker looks for grants that have expired',
  'read/balances.ts loadLapsingSql': 'a worker looks for holds that have lapsed',
  'read/deliveries.ts loadWaitingWebhooksSql':
    'a worker looks for webhooks that wait, and then takes from one',
  'read/deliveries.ts countPendingSql': 'a metric counts what waits to be sent',
  'upkeep/audits.ts takeSql': 'an instance takes the first of some tenants whose audit is due',
  'upkeep/audits.ts sumsSql': 'the last audits of all tenants are added up for metrics',
  'upkeep/sweep.ts loadFullScopesSql': 'the sweep looks for scopes that have too many answers',
  'upkeep/sweep.ts answersTenantsSql': 'the sweep looks for tenants with answers in no part of their day',
  'upkeep/sweep.ts deliveriesTenantsSql': 'the sweep looks for tenants with deliveries that have ended',
  'upkeep/audits.ts notDueSql': 'the same in two steps, where tenants are on several nodes',
  'upkeep/sweep.ts lastPendingSql': 'the sweep looks which parts nothing waits in',
  'upkeep/sweep.ts recordsTenantsSql(records_untimed)': 'the sweep looks for tenants with records to forget',
  'upkeep/sweep.ts recordsTenantsSql(records_rest)': 'the sweep looks for tenants with records to forget',
  'write/records.ts saveRecordsSql':
    'records of several tenants; for one tenant there are three other statements',
};

/** Files with statements that are not constants: they name tables of the database itself, or create ours. */
const ofTheDatabase: ReadonlySet<string> = new Set([
  'database/check-database.ts',
  'database/citus.ts',
  'database/database-clock.ts',
  'database/grants.ts',
  'database/parts.ts',
  'database/young-tables.ts',
  'exclusive-connection.ts',
  'one-tenant.ts',
  'migrations/migrate.ts',
  'write/storage.ts',
]);

const statements = constants.flatMap(({ name, value }): { readonly name: string; readonly sql: string }[] => {
  if (typeof value === 'string') return [{ name, sql: value }];
  if (typeof value === 'function')
    return (functions[name] ?? []).map((of) => ({ name: `${name}(${of})`, sql: String(value(of)) }));
  return Object.entries(value ?? {}).map(([key, sql]) => ({ name: `${name}.${key}`, sql: String(sql) }));
});

test('each statement restricts each table to the tenant, or has a reason to read all tenants', async () => {
  assert.ok(statements.length > 150, String(statements.length));
  const unbound = new Map<string, readonly string[]>();
  for (const { name, sql } of statements) {
    const tables = await unboundTables(ofOneTenant(sql) ?? sql);
    if (tables.length > 0) unbound.set(name, tables);
  }
  assert.deepEqual(
    [...unbound.keys()].toSorted(),
    Object.keys(ofAllTenants).toSorted(),
    [...unbound].join('; '),
  );
});

test('the engine sends only constant statements, and each function that builds one is listed', () => {
  const known = constants.filter(({ value }) => typeof value === 'function').map(({ name }) => name);
  assert.deepEqual(known.toSorted(), Object.keys(functions).toSorted());
  for (const [file, source] of engineFiles()) {
    if (ofTheDatabase.has(file)) continue;
    for (const [call, argument = ''] of source.matchAll(/\w\.(?:rows|command|exec|send)\(\s*([^\s,)]*)/g))
      assert.match(
        argument,
        /^(sql|bound|\w+Sql|statements\.deleteSql|\w+Sql(\.\w+|\[\w+\]|\(\w+\)?)?)$/,
        `${file}: ${call}`,
      );
  }
});

test('PostgreSQL accepts each statement, and its form for one tenant', async (t) => {
  const { client } = await startInstances(t);
  for (const [n, { name, sql }] of statements.entries()) {
    for (const form of [sql, ofOneTenant(sql), ofManyNodes(sql)]) {
      // Only Citus has the tables that the statements of these files use.
      if (form === undefined || /^SET LOCAL/.test(form) || name.startsWith('database/citus.ts ')) continue;
      await assert.doesNotReject(client.query(`PREPARE s${n} AS ${form}`), `${name}: ${form}`);
      await client.query('DEALLOCATE ALL');
    }
  }
});

test('a table is restricted to a tenant by a parameter or by a join with a restricted table, and by nothing else', async () => {
  const cases: readonly (readonly [sql: string, unbound: readonly string[]])[] = [
    ['SELECT 1 FROM a WHERE tenant = $1 AND b = 1', []],
    ['SELECT 1 FROM a WHERE $1::text = a.tenant', []],
    ['SELECT 1 FROM a WHERE tenant = $1 OR b = 1', ['a']],
    ['SELECT 1 FROM a WHERE tenant > $1', ['a']],
    ['SELECT 1 FROM a WHERE tenant = ANY ($1)', ['a']],
    ["SELECT 1 FROM a WHERE tenant = 'acme'", ['a']],
    ['SELECT 1 FROM a', ['a']],
    ['SELECT 1 FROM a JOIN b ON b.tenant = a.tenant WHERE a.tenant = $1', []],
    ['SELECT 1 FROM a JOIN b USING (tenant, x) WHERE a.tenant = $1', []],
    ['SELECT 1 FROM a JOIN b USING (x) WHERE a.tenant = $1', ['b']],
    ['SELECT 1 FROM a, b WHERE tenant = $1', ['a', 'b']],
    ['SELECT 1 FROM f($1) AS w (tenant text) JOIN a ON a.tenant = w.tenant', ['a']],
    ['SELECT 1 FROM a WHERE tenant = $1 AND EXISTS (SELECT 1 FROM b WHERE b.tenant = a.tenant)', ['b']],
    ['SELECT (SELECT 1 FROM b WHERE tenant = $1) FROM a WHERE tenant = $1', []],
    ['SELECT 1 FROM (SELECT * FROM a WHERE tenant = $1) AS s', []],
    ['SELECT 1 FROM (SELECT * FROM a) AS s WHERE s.tenant = $1', ['a']],
    ['SELECT 1 FROM a WHERE tenant = $1 UNION SELECT 1 FROM b', ['b']],
    ['WITH c AS (SELECT * FROM a) SELECT 1 FROM c WHERE tenant = $1', ['a']],
    ['WITH RECURSIVE c AS (SELECT 1 FROM a WHERE tenant = $1 UNION ALL SELECT 1 FROM c) SELECT 1 FROM c', []],
    ['UPDATE a SET x = 1 FROM b WHERE a.tenant = $1 AND b.tenant = a.tenant', []],
    ['UPDATE a SET x = 1', ['a']],
    ['DELETE FROM a USING b WHERE a.tenant = $1', ['b']],
    ['INSERT INTO a (x, tenant) VALUES (1, $1)', []],
    ['INSERT INTO a (x, tenant) VALUES (1, $1), ($1, 2)', ['a']],
    ['INSERT INTO a (tenant) SELECT $1::text FROM f($2) AS w', []],
    ['INSERT INTO a (tenant) SELECT w.tenant FROM f($2) AS w', ['a']],
    ['INSERT INTO a (tenant) SELECT $1 FROM b', ['b']],
    ['INSERT INTO a (tenant) SELECT b.tenant FROM b CROSS JOIN f($2) AS w WHERE b.tenant = $1', []],
    ['INSERT INTO a (tenant) SELECT w.tenant FROM b CROSS JOIN f($2) AS w WHERE b.tenant = $1', ['a']],
    ['INSERT INTO a (x) VALUES ($1)', ['a']],
    ['SELECT 1 FROM operator', []],
  ];
  for (const [sql, unbound] of cases) assert.deepEqual(await unboundTables(sql), unbound, sql);
});
