// Tests the maximum length of a statement. The bound does not depend on the engine, and 10,001 accounts take some time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const path = '/agents/ada/statement';

test('a statement with too many lines is refused, and one of a shorter period is not', async (t) => {
  const { api, clock } = await startInProcess(t, {
    BULK_MAX_ITEMS: '10000',
    RATE_LIMIT_PER_MINUTE: '1000000',
  });
  const item = (agent: string) => (_: unknown, number: number) => ({
    agent,
    serviceId: `s-${number}`,
    requests: 1,
  });
  const items = Array.from({ length: 10_001 }, item('ada'));
  assert.equal((await api.post('/usage/bulk', { items: items.slice(0, 10_000) })).status, 201);
  clock.nowMs += 1_000;
  const later = new Date(clock.nowMs).toISOString();
  assert.equal((await api.post('/usage/bulk', { items: items.slice(10_000) })).status, 201);
  // On SQLite the index by account lags. After these entries it contains the entries above.
  const others = Array.from({ length: 10_000 }, () => ({ agent: 'ben', serviceId: 'search', requests: 1 }));
  assert.equal((await api.post('/usage/bulk', { items: others })).status, 201);
  const refused = await api.get(path);
  assert.deepEqual([refused.status, refused.json.error], [422, 'limit_exceeded']);
  assert.equal((await api.get(`${path}?from=${later}`)).json.usage.length, 1);
});
