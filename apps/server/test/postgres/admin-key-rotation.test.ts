import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { type InProcess, startInProcess } from '../harness/in-process.ts';

const oldKey = 'tests-old-5Rz8wQk2nVb7LxTd';
const newKey = 'tests-new-9Pm3cJf6hYs1GqWe';
const keysOf = (...[key, old]: readonly [string, string?]) => ({
  ADMIN_API_KEY: key,
  ...(old === undefined ? {} : { ADMIN_API_KEY_OLD: old }),
});

/** Replaces an instance by one with other keys, as in a rolling restart: the old one ends first. */
async function restart(
  t: TestContext,
  { app, databaseUrl }: InProcess,
  keys: Readonly<Record<string, string>>,
): Promise<InProcess> {
  await app.close();
  return await startInProcess(t, { ...postgresEnvironment, DATABASE_URL: databaseUrl, ...keys });
}

async function statusOf({ api }: InProcess, key: string): Promise<number> {
  return (await api.get('/api-keys', { 'x-api-key': key })).status;
}

test('while the admin key is replaced on two instances, one after the other, its holder is never refused', async (t) => {
  const databaseUrl = await emptyPostgres();
  const start = () =>
    startInProcess(t, { ...postgresEnvironment, DATABASE_URL: databaseUrl, ...keysOf(oldKey) });
  const instances = [await start(), await start()] as [InProcess, InProcess];
  const everywhere = async (key: string) => await Promise.all(instances.map((one) => statusOf(one, key)));

  // 1. Every instance has both keys. Clients still use the old one.
  for (const place of [0, 1] as const) {
    instances[place] = await restart(t, instances[place], keysOf(newKey, oldKey));
    assert.deepEqual(await everywhere(oldKey), [200, 200]);
  }
  // 2. Clients get the new key.
  assert.deepEqual(await everywhere(newKey), [200, 200]);
  // 3. The old key is removed.
  for (const place of [0, 1] as const) {
    instances[place] = await restart(t, instances[place], keysOf(newKey));
    assert.deepEqual(await everywhere(newKey), [200, 200]);
  }
  assert.deepEqual(await everywhere(oldKey), [401, 401]);
});
