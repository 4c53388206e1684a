// Two instances fill the tiers of one account at the same time.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { startInProcess } from '../harness/in-process.ts';

async function startTwo(t: TestContext, price: object) {
  const environment = { ...postgresEnvironment, DATABASE_URL: await emptyPostgres() };
  const nowMs = Date.parse('2026-11-20T10:00:00Z');
  const [here, there] = [
    await startInProcess(t, environment, nowMs),
    await startInProcess(t, environment, nowMs),
  ];
  assert.equal((await here.api.post('/services', { serviceId: 's', ...price })).status, 201);
  return [here.api, there.api] as const;
}

test('two instances that cross the end of a tier at the same time fill it exactly, and begin no package twice', async (t) => {
  const tiers = [
    { upTo: 100, price: '3' },
    { price: '5', package: 70 },
  ];
  const [here, there] = await startTwo(t, { tiers, period: 'lifetime' });
  const item = { agent: 'a', serviceId: 's', requests: 7 };
  const sent = Array.from({ length: 40 }, async (_, number) => {
    const api = number % 2 === 0 ? here : there;
    const answer = await api.post('/usage', item, `key-${number}`);
    assert.equal(answer.status, 201, answer.text);
    // The retry goes to the other instance, while others still write.
    const again = await (api === here ? there : here).post('/usage', item, `key-${number}`);
    assert.equal(again.text, answer.text);
    return answer.headers.get('location')?.split('/').at(-1) ?? '';
  });
  const ids = await Promise.all(sent);
  const lines = (await here.get('/billing/a/s')).json.lines;
  assert.deepEqual(
    lines.map((one: { requests: number; packages?: number }) => [one.requests, one.packages]),
    [
      [100, undefined],
      [180, 3],
    ],
  );
  // Both instances reverse each entry at the same time. It is reversed once.
  const backs = await Promise.all(
    ids.flatMap((id) => [here, there].map((api) => api.post(`/entries/${id}/reverse`, { reason: 'r' }))),
  );
  assert.equal(backs.filter(({ status }) => status === 201).length, ids.length);
  assert.deepEqual((await there.get('/billing/a/s')).json.lines, []);
  const audit = (await here.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences], [true, []]);
});
