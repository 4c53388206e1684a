import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { startInProcess } from '../harness/in-process.ts';
import { connect, untilWaiting } from '../harness/instances.ts';

test('readiness is answered while every connection for reads is in use', async (t) => {
  const databaseUrl = await emptyPostgres();
  const { api } = await startInProcess(t, {
    ...postgresEnvironment,
    DATABASE_URL: databaseUrl,
    DATABASE_READ_CONNECTIONS: '1',
  });
  const client = await connect(t, databaseUrl);
  await client.query('BEGIN');
  await client.query('LOCK TABLE services IN ACCESS EXCLUSIVE MODE');
  const reads = [api.get('/services'), api.get('/services?limit=1')];
  await untilWaiting(client, 1);
  assert.deepEqual((await api.get('/health/ready')).json, { ready: true });
  const many = await Promise.all(Array.from({ length: 100 }, () => api.get('/health/ready')));
  assert.ok(many.every(({ status }) => status === 200));
  await client.query('ROLLBACK');
  for (const read of await Promise.all(reads)) assert.equal(read.status, 200);
});
