// The cost of row-level security: `node bench/postgres/row-security.ts`. The same statements run on the same rows, interleaved, with and
// without policies: they read an account and add an entry, for one tenant in a transaction, and for 16 tenants in 1 or 16.
import { Client } from 'pg';
import { startPostgres } from '../../packages/idempotency/test/harness/postgres.ts';
import { median } from '../median.ts';

const tenants = 64;
const accountsPerTenant = 500;
const batches = 40;
const batchTenants = 16;
const roundsMax = 15;

const schemaSql = (schema: string) => `
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.accounts (tenant text, agent text, requests bigint, PRIMARY KEY (tenant, agent));
CREATE TABLE ${schema}.entries (id bigserial PRIMARY KEY, tenant text, agent text, requests bigint);
INSERT INTO ${schema}.accounts SELECT 't' || t, 'a' || a, 0
  FROM generate_series(1, ${tenants}) AS t, generate_series(1, ${accountsPerTenant}) AS a;
GRANT USAGE ON SCHEMA ${schema} TO server;
GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO server;
GRANT ALL ON ALL SEQUENCES IN SCHEMA ${schema} TO server;
ANALYZE ${schema}.accounts`;
const policiesSql = ['accounts', 'entries']
  .map(
    (table) => `ALTER TABLE guarded.${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON guarded.${table} USING (tenant = current_setting('billonce.tenant'))`,
  )
  .join(';');

const postgres = await startPostgres({ settings: { fsync: 'on', synchronous_commit: 'on' } });
const owner = new Client({ connectionString: postgres.connectionString });
await owner.connect();
await owner.query(`CREATE ROLE server LOGIN PASSWORD 'server'`);
for (const schema of ['open', 'guarded']) await owner.query(schemaSql(schema));
await owner.query(policiesSql);
await owner.end();
const url = new URL(postgres.connectionString);
url.username = 'server';
url.password = 'server';
const client = new Client({ connectionString: url.href });
await client.connect();

/** Runs one transaction for these tenants; with policies, one transaction for each tenant. */
async function commit(schema: string, names: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  if (schema === 'guarded') {
    await client.query({
      name: 'set',
      text: `SELECT set_config('billonce.tenant', $1, true)`,
      values: [names[0]],
    });
  }
  await client.query({
    name: `look-${schema}`,
    text: `SELECT requests FROM ${schema}.accounts WHERE (tenant, agent) IN (SELECT t, 'a7' FROM unnest($1::text[]) AS t)`,
    values: [names],
  });
  await client.query({
    name: `add-${schema}`,
    text: `INSERT INTO ${schema}.entries (tenant, agent, requests) SELECT t, 'a7', 1 FROM unnest($1::text[]) AS t`,
    values: [names],
  });
  await client.query('COMMIT');
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  for (let batch = 0; batch < batches; batch++) await work();
  return (performance.now() - startMs) / batches;
}

const names = Array.from({ length: batchTenants }, (_, at) => `t${at + 1}`);
const cases = {
  'one tenant, no policies': () => commit('open', ['t1']),
  'one tenant, policies': () => commit('guarded', ['t1']),
  '16 tenants, no policies, one transaction': () => commit('open', names),
  '16 tenants, policies, 16 transactions': async () => {
    for (const name of names) await commit('guarded', [name]);
  },
};
const found = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round < roundsMax; round++) {
  for (const [name, work] of Object.entries(cases)) found.get(name)?.push(await milliseconds(work));
}
for (const [name, times] of found) console.log(`${name}: ${median(times).toFixed(2)} ms`);
await client.end();
await postgres.stop();
