import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import {
  assertReplayed,
  assertTombstone,
  assertTotal,
  passDay,
  send,
  sendAll,
  usage,
} from './harness/kept-answers.ts';
import { countAnswers, countRecords, everythingKept } from './harness/sql.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';
import { inParallel } from './harness/workload.ts';

/** Returns how many of the latest answers fit into 1,024 bytes. */
function withinBytes(answers: readonly ApiAnswer[]): number {
  let bytes = 0;
  return answers.toReversed().filter(({ text }) => {
    bytes += text.length;
    return bytes <= 1_024;
  }).length;
}

for (const [what, environment, keptOf] of [
  ['number', { IDEMPOTENCY_CACHE_MAX_ENTRIES: '3' }, () => 3],
  ['bytes', { IDEMPOTENCY_CACHE_MAX_BYTES: '1024' }, withinBytes],
] as const) {
  test(`an answer evicted by ${what} leaves its key refused, even after a sweep and a restart`, async (t) => {
    const { api, app, databaseUrl } = await startInProcess(t, environment);
    const keys = Array.from({ length: 40 }, (_, number) => `key-${number}`);
    const answers = await sendAll(api, keys);
    const kept = keptOf(answers);
    const assertAll = async (at: Api) => {
      for (const [index, key] of keys.entries()) {
        if (index < keys.length - kept) await assertTombstone(at, key, answers[index]);
        else assertReplayed(await send(at, key), answers[index]);
      }
      await assertTotal(at, keys.length * 3);
    };
    await assertAll(api);
    await app.sweep.runOnce();
    assert.deepEqual([...(await countAnswers(databaseUrl)).values()], [kept]);
    await assertAll(api);
    await app.close();
    const again = await startInProcess(t, { ...environment, DATABASE_URL: databaseUrl });
    await assertAll(again.api);
  });
}

test('one sweep deletes everything that was evicted, and later forgets all records, no matter how many', async (t) => {
  const environment = { IDEMPOTENCY_CACHE_MAX_ENTRIES: '10', IDEMPOTENCY_RETENTION_DAYS: '35' };
  const { api, app, clock, databaseUrl } = await startInProcess(t, environment);
  let number = 0;
  const next = () => (number < 4_500 ? `key-${number++}` : undefined);
  await inParallel(64, next, async (key) => {
    assert.equal((await send(api, key)).status, 201);
  });
  await app.sweep.runOnce();
  assert.deepEqual([...(await countAnswers(databaseUrl)).values()], [10]);
  assert.equal(await countRecords(databaseUrl), 4_500);
  for (let day = 0; day < 36; day++) await passDay({ app, clock });
  assert.equal(await countRecords(databaseUrl), 0);
  assert.equal((await countAnswers(databaseUrl)).size, 0);
  await assertTotal(api, 4_500 * 3);
});

test('answers that new ones evict are deleted soon, before the six-hourly sweep', async (t) => {
  const environment = { IDEMPOTENCY_CACHE_MAX_ENTRIES: '10' };
  const { api, app, databaseUrl } = await startInProcess(t, environment);
  let number = 0;
  const next = () => (number < 1_000 ? `key-${number++}` : undefined);
  await inParallel(64, next, async (key) => {
    assert.equal((await send(api, key)).status, 201);
  });
  await app.sweep.evicted();
  assert.deepEqual([...(await countAnswers(databaseUrl)).values()], [10]);
});

test('the results of refused items are stored in few bytes, and replayed byte for byte', async (t) => {
  for (const keys of ['', `k1:${'1'.repeat(64)}`]) {
    const { api, databaseUrl } = await startInProcess(t, { ANSWER_ENCRYPTION_KEYS: keys });
    const bulk = { items: [usage, ...Array.from({ length: 999 }, () => ({}))] };
    const before = (await everythingKept(databaseUrl)).length;
    const first = await api.post('/usage/bulk', bulk, 'bulk');
    assert.equal(first.status, 201);
    const grown = (await everythingKept(databaseUrl)).length - before;
    const sent = JSON.stringify(bulk).length;
    const replay = await api.post('/usage/bulk', bulk, 'bulk');
    assert.equal(replay.text, first.text);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
    assert.ok(first.text.length > 30 * sent);
    if (!databaseUrl.startsWith('file:')) assert.ok(grown < 8 * sent, `${grown} bytes for ${sent}`);
    assert.ok(!(await everythingKept(databaseUrl)).includes('is required; /serviceId is required'));
  }
});

test('a flood of answers in one scope does not evict those of another', async (t) => {
  const environment = { ADMIN_API_KEY: adminKey, IDEMPOTENCY_CACHE_MAX_ENTRIES: '5' };
  const { api, app } = await startInProcess(t, environment);
  const quiet = await apiOfTenant(api, 'quiet');
  const loud = await apiOfTenant(api, 'loud');
  const answers = await sendAll(quiet, ['a', 'b', 'c', 'd', 'e']);
  const flood = Array.from({ length: 200 }, (_, number) => `flood-${number}`);
  const flooded = await sendAll(loud, flood);
  await app.sweep.runOnce();
  for (const [index, key] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    assertReplayed(await send(quiet, key), answers[index]);
  }
  await assertTombstone(loud, 'flood-0', flooded[0]);
  await assertTotal(quiet, 15);
  await assertTotal(loud, 600);
});
