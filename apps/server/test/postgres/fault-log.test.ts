// What the log says of faults of a PostgreSQL. They are planted in the database itself, by triggers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiAt } from '../harness/api.ts';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { startProcess } from '../harness/process.ts';
import { runSql } from '../harness/sql.ts';

const usage = (agent: string) => ({ agent, serviceId: 'search', requests: 3 });

test('a fault of a write is logged with its SQLSTATE, message and statement, and without values of rows', async (t) => {
  const url = await emptyPostgres();
  const server = await startProcess(t, { ...postgresEnvironment, DATABASE_URL: url });
  const api = apiAt(server.url);
  const plant = (table: string, message: string, state: string) =>
    runSql(
      url,
      `CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION '${message}' USING ERRCODE = '${state}', DETAIL = 'agent-of-a-row', HINT = 'agent-of-a-row';
       END $$;
       CREATE OR REPLACE TRIGGER fault BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION fault()`,
    );
  await plant('entries', 'could not extend file: No space left on device', '53100');
  assert.equal((await api.post('/usage', usage('agent-of-a-row'), 'full')).json.error, 'storage_unavailable');
  await plant('entries', 'invalid input syntax for type integer: "agent-of-a-row"', '22P02');
  assert.equal((await api.post('/usage', usage('agent-of-a-row'), 'bad')).json.error, 'internal_error');
  assert.equal(await server.stop('SIGTERM'), 0);
  assert.ok(!server.output().includes('agent-of-a-row'), server.output());
  const failed = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'failed')
    .map(({ err }) => err);
  const place = { engine: 'postgres', step: 'commit', statement: 'INSERT entries' };
  assert.deepEqual(failed, [
    { ...place, code: '53100', message: '53100: could not extend file: No space left on device' },
    { ...place, code: '22P02', message: '22P02: invalid input syntax for type integer: "…"' },
  ]);
});
