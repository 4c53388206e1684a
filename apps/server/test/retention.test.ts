import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import {
  assertReplayed,
  assertTombstone,
  assertTotal,
  passDay,
  send,
  sendAll,
} from './harness/kept-answers.ts';
import { countAnswers, countRecords, dateOf } from './harness/sql.ts';
import { uuidV7At } from './harness/uuid-v7.ts';

const dayMs = 86_400_000;
type Restart = () => Promise<void>;

test('an answer expires exactly after the TTL, and its key stays refused', async (t) => {
  const environment = { IDEMPOTENCY_CACHE_TTL_MS: '60000' };
  const { api, app, clock, databaseUrl } = await startInProcess(t, environment);
  const [first] = await sendAll(api, ['k']);
  clock.nowMs += 59_999;
  assertReplayed(await send(api, 'k'), first);
  clock.nowMs += 1;
  await assertTombstone(api, 'k', first);
  await app.close();
  const again = await startInProcess(t, { ...environment, DATABASE_URL: databaseUrl });
  again.clock.nowMs = clock.nowMs;
  await assertTombstone(again.api, 'k', first);
  await assertTotal(again.api, 3);
});

test('day by day: the answers are removed with their day, the records only after the retention', async (t) => {
  const { api, app, clock, databaseUrl } = await startInProcess(t, { IDEMPOTENCY_RETENTION_DAYS: '35' });
  const madeAtMs = clock.nowMs;
  const date = dateOf(madeAtMs);
  const days = async () => [...(await countAnswers(databaseUrl)).keys()];
  const uuid = uuidV7At(madeAtMs);
  const [first, second] = await sendAll(api, ['k', uuid]);
  await app.sweep.runOnce();
  assert.deepEqual(await days(), [date]);
  for (let day = 1; day <= 35; day++) {
    await passDay({ app, clock });
    // The sweep trusts the clock after three days. The answers of the first day expired on the second.
    assert.deepEqual(await days(), day < 3 ? [date] : [], `day ${day}`);
    if (day % 7 === 0) await assertTombstone(api, 'k', first);
  }
  await assertTombstone(api, uuid, second);
  clock.nowMs += 1;
  await app.sweep.runOnce();
  assert.equal((await api.get('/idempotency', { 'idempotency-key': 'k' })).status, 404);
  // The records of keys with a time are dropped together with the others of some days.
  for (let day = 0; day < 4; day++) await passDay({ app, clock });
  assert.equal(await countRecords(databaseUrl), 0);
  const old = await send(api, uuid);
  assert.equal(old.status, 410, 'a UUIDv7 older than the retention is refused for ever');
  assert.equal(old.json.location, null);
  await assertTotal(api, 6);
  // Any other key is unknown again, as documented.
  assert.equal((await send(api, 'k')).headers.get('idempotency-replayed'), null);
  await assertTotal(api, 9);
});

test('a key whose time is ahead of the server is not executed again after the retention of its first use', async (t) => {
  const { api, app, clock } = await startInProcess(t, { IDEMPOTENCY_RETENTION_DAYS: '35' });
  const uuid = uuidV7At(clock.nowMs + 300_000);
  const [first] = await sendAll(api, [uuid]);
  for (let day = 0; day < 35; day++) await passDay({ app, clock });
  clock.nowMs += 1;
  await app.sweep.runOnce();
  await assertTombstone(api, uuid, first);
  clock.nowMs += 300_000;
  await app.sweep.runOnce();
  const refused = await send(api, uuid);
  assert.deepEqual([refused.status, refused.json.error], [410, 'idempotency_key_expired'], refused.text);
  await assertTotal(api, 3);
});

test('a forgotten UUIDv7 key stays refused when the retention is raised, on every server', async (t) => {
  const { api, app, clock, databaseUrl } = await startInProcess(t, { IDEMPOTENCY_RETENTION_DAYS: '35' });
  const uuid = uuidV7At(clock.nowMs);
  await sendAll(api, [uuid]);
  for (let day = 0; day < 40; day++) await passDay({ app, clock });
  assert.equal(await countRecords(databaseUrl), 0);
  await app.close();
  const raised = { IDEMPOTENCY_RETENTION_DAYS: '400', DATABASE_URL: databaseUrl };
  const again = await startInProcess(t, raised);
  again.clock.nowMs = clock.nowMs;
  for (const late of [uuid, uuidV7At(clock.nowMs - 35 * dayMs - 1)]) {
    const refused = await send(again.api, late);
    assert.deepEqual([refused.status, refused.json.error], [410, 'idempotency_key_expired'], refused.text);
  }
  const known = await send(again.api, uuidV7At(clock.nowMs - 34 * dayMs));
  assert.equal(known.status, 201, known.text);
  await assertTotal(again.api, 6);
});

test('the answers of a day are kept until the last of them has expired', async (t) => {
  const { api, app, clock } = await startInProcess(t);
  // After the days in which the sweep does not trust the clock yet, to the middle of a day.
  for (let day = 0; day < 5; day++) await passDay({ app, clock });
  clock.nowMs = Math.floor(clock.nowMs / dayMs) * dayMs + dayMs / 2;
  const [first] = await sendAll(api, ['k']);
  clock.nowMs += dayMs - 1;
  await app.sweep.runOnce();
  assertReplayed(await send(api, 'k'), first);
  await assertTotal(api, 3);
});

test('a clock that jumps a year ahead forgets nothing, and when it is set back everything is as before', async (t) => {
  const { api, app, clock, databaseUrl } = await startInProcess(t, { IDEMPOTENCY_RETENTION_DAYS: '35' });
  const keys = ['a', 'b', 'c'];
  const answers = await sendAll(api, keys);
  for (let day = 0; day < 5; day++) await passDay({ app, clock });
  const [fresh] = await sendAll(api, ['fresh']);
  clock.nowMs += 365 * dayMs;
  for (let times = 0; times < 3; times++) {
    const reports = await app.sweep.runOnce();
    assert.deepEqual(
      reports.map(({ kind }) => kind),
      ['clock_unsteady'],
    );
    clock.nowMs += 3_600_000;
  }
  assert.equal(await countRecords(databaseUrl), 4);
  for (const [index, key] of keys.entries()) await assertTombstone(api, key, answers[index]);
  await assertTombstone(api, 'fresh', fresh);
  clock.nowMs -= 365 * dayMs + 3 * 3_600_000;
  await app.sweep.runOnce();
  assertReplayed(await send(api, 'fresh'), fresh);
  await assertTombstone(api, 'a', answers[0]);
  await assertTotal(api, 12);
});

// The record has a time from the wrong clock, so it seems to be years old after the correction.
for (const [name, run] of [
  ['corrected while the server runs', (_: Restart) => Promise.resolve()],
  ['corrected while the server is stopped', (restart: Restart) => restart()],
] as const) {
  test(`a key used while the clock was years behind is remembered for the retention after it was ${name}`, async (t) => {
    const environment = { IDEMPOTENCY_RETENTION_DAYS: '35' };
    let started = await startInProcess(t, environment, Date.UTC(2024, 0, 1));
    const { clock, databaseUrl } = started;
    await started.app.sweep.runOnce();
    const [first] = await sendAll(started.api, ['k']);
    clock.nowMs = Date.UTC(2026, 10, 27);
    await run(async () => {
      await started.app.close();
      const { nowMs } = clock;
      started = { ...(await startInProcess(t, { ...environment, DATABASE_URL: databaseUrl }, nowMs)) };
    });
    await started.app.sweep.runOnce();
    for (let day = 0; day < 35; day++) await passDay(started);
    await assertTombstone(started.api, 'k', first);
    started.clock.nowMs += 1;
    await started.app.sweep.runOnce();
    assert.equal(await countRecords(databaseUrl), 0);
    await assertTotal(started.api, 3);
  });
}

test('a clock that is set back and forward again between two sweeps lets no key be forgotten early', async (t) => {
  const { api, app, clock, databaseUrl } = await startInProcess(t, { IDEMPOTENCY_RETENTION_DAYS: '35' });
  await app.sweep.runOnce();
  for (let day = 0; day < 36; day++) await passDay({ app, clock });
  const { nowMs } = clock;
  clock.nowMs = Date.UTC(2001, 0, 1);
  const [first] = await sendAll(api, ['k']);
  clock.nowMs = nowMs;
  await app.sweep.runOnce();
  await assertTombstone(api, 'k', first);
  for (let day = 0; day < 35; day++) await passDay({ app, clock });
  await assertTombstone(api, 'k', first);
  clock.nowMs += 1;
  await app.sweep.runOnce();
  assert.equal(await countRecords(databaseUrl), 0);
  await assertTotal(api, 3);
});
