import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant, asAdmin, makeKey } from './harness/tenants.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Listed {
  readonly id: string;
}

/** Follows lists by their cursors. Each read returns how many items were new. */
function follower(api: () => Api, paths: readonly string[]) {
  const cursors = new Map<string, string>();
  const seen = new Map(paths.map((path): [string, string[]] => [path, []]));
  return {
    seen,
    async look(): Promise<number[]> {
      const counts: number[] = [];
      for (const path of paths) {
        const cursor = cursors.get(path);
        const { json } = await api().get(
          `${path}&limit=1000${cursor === undefined ? '' : `&cursor=${cursor}`}`,
        );
        cursors.set(path, json.nextCursor);
        seen.get(path)?.push(...json.items.map(({ id }: Listed) => id));
        counts.push(json.items.length);
      }
      return counts;
    },
  };
}

const followed = [
  '/entries?agent=a',
  '/entries?from=2020-01-01T00:00:00Z',
  '/events?order=asc',
  '/settlements?agent=a',
];

for (const [name, aheadMs] of [
  ['two hours', 2 * hourMs],
  ['three days', 3 * dayMs],
  ['a year', 365 * dayMs],
] as const) {
  test(`a clock that was ${name} ahead and then corrected hides nothing from followers, even after restarts`, async (t) => {
    const started = await startInProcess(t);
    let { api, clock, app } = started;
    const restart = async () => {
      await app.close();
      const { nowMs } = clock;
      ({ api, clock, app } = await startInProcess(t, { DATABASE_URL: started.databaseUrl }));
      clock.nowMs = nowMs;
    };
    const { look, seen } = follower(() => api, followed);
    const work = async () => {
      assert.equal((await api.post('/usage', { agent: 'a', serviceId: 's', requests: 1 })).status, 201);
      assert.equal((await api.post('/settle', { agent: 'a', serviceId: 's' })).json.requests, 1);
    };
    await api.post('/services', { serviceId: 's', priceStroops: 1 });
    await work();
    assert.deepEqual(await look(), [1, 1, 3, 1]);
    clock.nowMs += aheadMs;
    await work();
    assert.deepEqual(await look(), [1, 1, 2, 1]);
    clock.nowMs -= aheadMs;
    const correctedAt = new Date(clock.nowMs).toISOString();
    for (let round = 0; round < 3; round++) {
      await work();
      assert.deepEqual(await look(), [1, 1, 2, 1], `round ${round}`);
      await restart();
      clock.nowMs += 1_000;
      await work();
      assert.deepEqual(await look(), [1, 1, 2, 1], `round ${round}, after a restart`);
    }
    for (const [path, ids] of seen) assert.deepEqual(ids, [...new Set(ids)].sort(), path);
    const { items } = (await api.get('/entries?limit=1000')).json;
    const recordedAt = items.map((entry: { recordedAt: string }) => entry.recordedAt);
    assert.ok(recordedAt[2] < recordedAt[1], 'what is recorded has the time of the clock');
    // Bounds of time compare the times of recording, not the ids.
    const end = new Date(clock.nowMs + 1).toISOString();
    const within = `from=${correctedAt}&to=${end}`;
    // Entries from before the correction that have such a clock time are included too.
    const expected = recordedAt.filter((time: string) => time >= correctedAt && time < end).length;
    assert.ok(expected >= 6);
    assert.equal((await api.get(`/entries?${within}`)).json.items.length, expected);
    assert.equal((await api.get(`/entries?${within}&agent=a&serviceId=s`)).json.items.length, expected);
    assert.equal((await api.get(`/settlements?${within}`)).json.items.length, expected);
    const exported = (await api.get(`/entries/export.csv?${within}`)).text.trim().split('\n');
    assert.equal(exported.length, 1 + expected);
    const bills = (await api.get(`/settlements.csv?${within}`)).text.trim().split('\n');
    assert.equal(bills.length, 1 + expected);
    const since = (await api.get(`/events?order=asc&type=usage.settled&since=${correctedAt}`)).json.items;
    const sinceNewest = (await api.get(`/events?order=desc&type=usage.settled&since=${correctedAt}`)).json
      .items;
    assert.deepEqual(sinceNewest, since.toReversed());
    assert.equal(since.length, recordedAt.filter((time: string) => time >= correctedAt).length);
    const summary = (await api.get(`/events/summary?since=${correctedAt}`)).json;
    assert.equal(summary.counts['usage.settled'], since.length);
  });
}

test('after a restart, ids continue in the last millisecond', async (t) => {
  const { api, app, clock, databaseUrl } = await startInProcess(t);
  const use = async (to: Api) => {
    const items = Array.from({ length: 20 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
    assert.equal((await to.post('/usage/bulk', { items })).status, 201);
  };
  await use(api);
  const cursor = (await api.get('/entries?limit=1000')).json.nextCursor;
  await app.close();
  const again = await startInProcess(t, { DATABASE_URL: databaseUrl });
  again.clock.nowMs = clock.nowMs;
  await use(again.api);
  const { items } = (await again.api.get(`/entries?limit=1000&cursor=${cursor}`)).json;
  assert.equal(items.length, 20);
});

test('acts are listed in the order in which they were done, even after the clock was set back', async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const acme = await apiOfTenant(api, 'acme');
  const bolt = await apiOfTenant(api, 'bolt');
  await acme.post('/services', { serviceId: 'first', priceStroops: 1 });
  clock.nowMs -= 2 * hourMs;
  await bolt.post('/services', { serviceId: 'second', priceStroops: 1 });
  await acme.post('/services', { serviceId: 'third', priceStroops: 1 });
  await makeKey(api, 'acme');
  const subjects = async (of: Api, more = {}) =>
    (await of.get('/audit-log?action=service.registered', more)).json.items.map(
      ({ subject }: { subject: string }) => subject,
    );
  assert.deepEqual(await subjects(acme), ['third', 'first']);
  assert.deepEqual(await subjects(api, asAdmin), ['third', 'second', 'first']);
  const [last] = (await acme.get('/audit-log')).json.items;
  assert.equal(last.action, 'api_key.created');
});
