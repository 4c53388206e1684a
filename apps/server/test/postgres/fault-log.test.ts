// Tests what the log and the readiness check report about faults of a PostgreSQL. Triggers in the database cause these
// faults.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiAt } from '../harness/api.ts';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { startProcess } from '../harness/process.ts';
import { runSql } from '../harness/sql.ts';

const usage = (agent: string) => ({ agent, serviceId: 'search', requests: 3 });

/**
 * A trigger that fails each insert into a table, and puts values of rows into every field that PostgreSQL may add to an
 * error.
 */
async function plant(url: string, table: string, message: string, state: string): Promise<void> {
  await runSql(
    url,
    `CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION '${message}' USING ERRCODE = '${state}', DETAIL = 'agent-of-a-row', HINT = 'agent-of-a-row';
     END $$`,
  );
  await runSql(
    url,
    `CREATE OR REPLACE TRIGGER fault BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION fault()`,
  );
}
const noSpace = ['could not extend file: No space left on device', '53100'] as const;

test('an instance whose write failed is not ready until a probe succeeds, and becomes ready without traffic', async (t) => {
  const url = await emptyPostgres();
  const server = await startProcess(t, { ...postgresEnvironment, DATABASE_URL: url });
  const api = apiAt(server.url);
  assert.equal((await api.get('/health/ready')).status, 200);
  await plant(url, 'entries', ...noSpace);
  await plant(url, 'write_probes', ...noSpace);
  assert.equal((await api.post('/usage', usage('agent-7'), 'full')).json.error, 'storage_unavailable');
  const ready = await api.get('/health/ready');
  assert.deepEqual([ready.status, ready.json.ready], [503, false]);
  assert.equal((await api.get('/health/deep')).json.error, 'storage_unavailable');
  const { text } = await api.get('/metrics');
  assert.match(text, /^billonce_writes_failing 1$/m);
  assert.match(text, /^billonce_write_faults_total\{code="53100"\} [1-9]/m);
  assert.equal((await api.get('/usage/agent-7/search')).status, 200, 'reads go on');
  for (const table of ['entries', 'write_probes']) await runSql(url, `DROP TRIGGER fault ON ${table}`);
  while ((await api.get('/health/ready')).status !== 200) await passing(25);
  assert.match((await api.get('/metrics')).text, /^billonce_writes_failing 0$/m);
  assert.equal((await api.post('/usage', usage('agent-7'), 'full')).status, 201);
});

test('a write fault is logged with its SQLSTATE, message and statement, and without values of rows', async (t) => {
  const url = await emptyPostgres();
  const server = await startProcess(t, { ...postgresEnvironment, DATABASE_URL: url });
  const api = apiAt(server.url);
  await plant(url, 'entries', ...noSpace);
  assert.equal((await api.post('/usage', usage('agent-of-a-row'), 'full')).json.error, 'storage_unavailable');
  await plant(url, 'entries', 'invalid input syntax for type integer: "agent-of-a-row"', '22P02');
  assert.equal((await api.post('/usage', usage('agent-of-a-row'), 'bad')).json.error, 'internal_error');
  assert.equal(await server.stop('SIGTERM'), 0);
  assert.ok(!server.output().includes('agent-of-a-row'), server.output());
  const failed = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ msg, route }) => msg === 'failed' && route === '/api/v1/usage')
    .map(({ err }) => err);
  const place = { engine: 'postgres', step: 'commit', statement: 'INSERT entries' };
  assert.deepEqual(failed, [
    { ...place, code: '53100', message: '53100: could not extend file: No space left on device' },
    { ...place, code: '22P02', message: '22P02: invalid input syntax for type integer: "…"' },
  ]);
});
