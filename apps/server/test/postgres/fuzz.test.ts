// Runs the fuzzer on the engine for many instances, with fewer cases and a separate witness of commits.
import assert from 'node:assert/strict';
import { test } from 'node:test';

process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const { emptyPostgres } = await import('../harness/database.ts');
const { startInProcess } = await import('../harness/in-process.ts');
const { runSql } = await import('../harness/sql.ts');
const { commitWitness } = await import('../fuzz/commits.ts');

test("the test's observer of PostgreSQL sees every commit that changed a row, and nothing else", async (t) => {
  const databaseUrl = await emptyPostgres();
  const { api } = await startInProcess(t, { DATABASE_URL: databaseUrl });
  const witness = await commitWitness(t, databaseUrl);
  const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
  const isSeen = async (act: () => Promise<unknown>) => {
    const before = await witness.count();
    await act();
    return (await witness.count()) !== before;
  };
  assert.ok(await isSeen(() => api.post('/usage', usage, 'k')));
  assert.ok(await isSeen(() => api.post('/usage', usage)));
  assert.ok(!(await isSeen(() => api.post('/usage', usage, 'k'))), 'a replay');
  assert.ok(!(await isSeen(() => api.post('/usage', { ...usage, requests: 4 }, 'k'))), 'a conflict');
  // It locks the account, and is then rolled back.
  assert.ok(
    !(await isSeen(() => api.post('/settle', { ...usage, requests: undefined, expectedStroops: '9' }))),
    'a refusal',
  );
  assert.ok(!(await isSeen(() => api.get('/audit'))), 'a read');
  assert.ok(
    await isSeen(() => runSql(databaseUrl, 'UPDATE scopes SET answers = answers')),
    'a change to the same',
  );
  assert.ok(await isSeen(() => runSql(databaseUrl, 'DELETE FROM records')), 'what went');
  assert.ok(!(await isSeen(() => runSql(databaseUrl, 'BEGIN; DELETE FROM entries; ROLLBACK'))), 'a rollback');
});

await import('../fuzz.test.ts');
