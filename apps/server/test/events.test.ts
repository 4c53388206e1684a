import assert from 'node:assert/strict';
import test from 'node:test';
import { startInProcess } from './harness/in-process.ts';

interface Listed {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

test('events report what happened, in order, each once', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 5 }, 'service');
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  const used = await api.post('/usage', { agent: 'a', serviceId: 's', requests: 2 }, 'used');
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 2 }, 'used');
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 0 });
  await api.call('/services/s/price', { method: 'PATCH', body: { priceStroops: 6 } });
  await api.call('/services/s/disable', { method: 'POST' });
  await api.call('/services/s/disable', { method: 'POST' });
  await api.call('/services/s/enable', { method: 'POST' });
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  await api.post(`${used.headers.get('location')?.slice('/api/v1'.length)}/reverse`, { reason: 'wrong' });
  const newest = (await api.get('/events')).json;
  const { json } = await api.get('/events?since=0');
  const events: Listed[] = json.items;
  assert.deepEqual(
    newest.items,
    [...events].reverse(),
    'newest first, unless a request says where it begins',
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'service.registered',
      'usage.recorded',
      'service.changed',
      'service.disabled',
      'service.enabled',
      'usage.settled',
      'usage.reversed',
    ],
  );
  assert.equal(json.nextCursor, null);
  assert.equal(events[2]?.data['priceStroops'], 6);
  for (const { ts, timestamp, payload, data } of json.items) {
    const { total: _, ...fact } = payload;
    assert.deepEqual([ts, fact], [Date.parse(timestamp), data]);
  }
  assert.equal(events[5]?.data['billedStroops'], '10');
  const summary = await api.get('/events/summary');
  assert.equal(summary.json.total, 7);
  assert.equal(summary.json.counts['usage.settled'], 1);
  assert.equal(summary.json.complete, true);
});

test('events page by a cursor, and are filtered by type and time', async (t) => {
  const { api, clock } = await startInProcess(t);
  const items = Array.from({ length: 700 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
  await api.post('/usage/bulk', { items });
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  clock.nowMs += 60_000;
  const since = new Date(clock.nowMs).toISOString();
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  await api.post('/usage/bulk', { items });
  const seen: Listed[] = [];
  for (let cursor = ''; ; ) {
    const { json } = await api.get(`/events?order=asc&limit=300${cursor}`);
    seen.push(...json.items);
    if (!json.hasMore) break;
    cursor = `&cursor=${json.nextCursor}`;
  }
  assert.equal(seen.length, 1_402);
  assert.equal(new Set(seen.map(({ id }) => id)).size, 1_402);
  assert.deepEqual(
    seen.map(({ id }) => id),
    seen.map(({ id }) => id).toSorted(),
  );
  const settled = await api.get('/events?type=usage.settled');
  assert.deepEqual(
    settled.json.items.map(({ type }: Listed) => type),
    ['usage.settled'],
  );
  const late = await api.get(`/events?limit=1000&since=${since}`);
  assert.equal(late.json.items.length, 701);
  assert.equal((await api.get(`/events/summary?since=${since}`)).json.total, 701);
  assert.equal((await api.get(`/events?limit=1000&since=${clock.nowMs}`)).json.items.length, 701);
  const counted = await api.get(`/events?limit=1&since=${clock.nowMs}`);
  assert.equal(counted.json.total, 701);
  const none = await api.get('/events?type=no.such');
  const { followCursor, ...page } = none.json;
  assert.deepEqual(page, { total: 0, items: [], nextCursor: null, hasMore: false });
  assert.deepEqual((await api.get(`/events?type=no.such&cursor=${followCursor}`)).json.items, []);
  assert.equal((await api.get('/events?cursor=abc')).status, 400);
});
