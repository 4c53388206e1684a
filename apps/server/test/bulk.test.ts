import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';

const event = (id: string, more: object = {}) => ({
  agent: 'agent-7',
  serviceId: 'search',
  requests: 3,
  id,
  ...more,
});

interface ItemResult {
  readonly index: number;
  readonly ok: boolean;
  readonly status?: string;
  readonly error?: string;
  readonly total?: number;
}

/** The result of each item, in one word. */
const words = (answer: ApiAnswer): (string | undefined)[] =>
  answer.json.results.map((result: ItemResult) => result.status ?? result.error);

async function assertTotal(api: Api, requests: number): Promise<void> {
  assert.equal((await api.get('/usage/agent-7/search')).json.total, requests);
  assert.equal((await api.get('/audit')).json.ok, true);
}

test('an item id counts once: within a bulk, across bulks with different cuts, and across single requests', async (t) => {
  const { api } = await startInProcess(t);
  const send = (key: string, ...items: unknown[]) => api.post('/usage/bulk', { items }, key);
  assert.deepEqual(words(await send('1', event('a'), event('b'), event('a'))), [
    'recorded',
    'recorded',
    'duplicate',
  ]);
  assert.deepEqual(words(await send('2', event('b'), event('c'))), ['duplicate', 'recorded']);
  assert.deepEqual(words(await send('3', event('a'), event('b'), event('c'))), Array(3).fill('duplicate'));
  const single = await api.post('/usage', event('d'), '4');
  assert.equal(single.status, 201);
  assert.deepEqual(words(await send('5', event('d'), event('e'))), ['duplicate', 'recorded']);
  for (const id of ['a', 'd', 'e']) {
    const known = await api.post('/usage', event(id), `single-${id}`);
    assert.equal(known.status, 200, known.text);
    assert.equal(known.json.status, 'duplicate');
    const [entry] = (await api.get('/entries')).json.items.filter(
      (one: { readonly usageId: string }) => one.usageId === id,
    );
    assert.equal(known.headers.get('location'), `/api/v1/entries/${entry.id}`);
  }
  await assertTotal(api, 15);
});

test('simultaneous bulks and single requests with the same ids record each id once', async (t) => {
  const { api } = await startInProcess(t);
  const ids = Array.from({ length: 40 }, (_, number) => `event-${number}`);
  await Promise.all(
    ids.flatMap((id, at) => [
      api.post('/usage', event(id), `single-${id}`),
      api.post('/usage/bulk', { items: ids.slice(at, at + 10).map((one) => event(one)) }, `bulk-${at}`),
    ]),
  );
  await assertTotal(api, ids.length * 3);
  assert.equal((await api.get('/entries')).json.items.length, ids.length);
});

test('an id with other content is a conflict, but another spelling of an instant is the same content', async (t) => {
  const { api, clock } = await startInProcess(t);
  const second = Math.floor(clock.nowMs / 1_000) * 1_000 - 86_400_000;
  const utc = new Date(second).toISOString().slice(0, 19);
  const east = new Date(second + 5.5 * 3_600_000).toISOString().slice(0, 19);
  const first = { ...event('a'), occurredAt: `${utc}Z` };
  await api.post('/usage', first, '1');
  const same = [`${utc}.000Z`, `${utc}.000000000Z`, `${utc}+00:00`, `${east}+05:30`, `${utc}-00:00`];
  const other = [`${utc}.000000001Z`, `${utc}.001Z`, `${utc}+05:30`];
  const items = [
    ...[...same, ...other].map((occurredAt) => ({ ...first, occurredAt })),
    event('a'),
    event('a', { occurredAt: `${utc}Z`, requests: 4 }),
    event('a', { occurredAt: `${utc}Z`, agent: 'agent-8' }),
    event('a', { occurredAt: `${utc}Z`, serviceId: 'browse' }),
    event('A'),
  ];
  const answer = await api.post('/usage/bulk', { items }, '2');
  assert.deepEqual(words(answer), [
    ...same.map(() => 'duplicate'),
    ...other.map(() => 'usage_id_conflict'),
    ...Array.from({ length: 4 }, () => 'usage_id_conflict'),
    'recorded',
  ]);
  const single = await api.post('/usage', event('a', { requests: 4 }), '3');
  assert.equal(single.status, 409);
  assert.equal(single.json.error, 'usage_id_conflict');
  assert.equal((await api.post('/usage', first, '3')).status, 200, 'the key of a refusal is free');
  await assertTotal(api, 6);
});

test('a duplicate is recognized even if the event is too old by now and the price has changed', async (t) => {
  const { api, clock } = await startInProcess(t);
  const occurredAt = new Date(clock.nowMs - 34 * 86_400_000).toISOString();
  assert.equal((await api.post('/usage', event('a', { occurredAt }), '1')).status, 201);
  clock.nowMs += 1;
  await api.post('/services', { serviceId: 'search', priceStroops: 2 });
  const answer = await api.post(
    '/usage/bulk',
    { items: [event('a', { occurredAt }), event('b', { occurredAt })] },
    '2',
  );
  assert.deepEqual(words(answer), ['duplicate', 'event_too_old']);
  const ahead = new Date(clock.nowMs + 300_001).toISOString();
  assert.equal(
    (await api.post('/usage', event('c', { occurredAt: ahead }), '3')).json.error,
    'event_in_future',
  );
  await assertTotal(api, 3);
});

test('results have the order of the items, and bad items do not stop the good ones', async (t) => {
  const { api } = await startInProcess(t);
  const items = Array.from({ length: 1_000 }, (_, index) => {
    if (index % 3 === 1) return { agent: 'agent-7', requests: 0 };
    return { agent: 'agent-7', serviceId: 'search', requests: 1 };
  });
  const answer = await api.post('/usage/bulk', { items }, 'k');
  assert.equal(answer.status, 201);
  let total = 0;
  for (const [index, result] of answer.json.results.entries()) {
    assert.equal(result.index, index);
    assert.equal(result.ok, index % 3 !== 1);
    if (!result.ok) {
      assert.equal(result.error, 'invalid_item');
      assert.match(result.message, /\/serviceId is required/);
      continue;
    }
    total += 1;
    assert.equal(result.total, total);
  }
  const replay = await api.post('/usage/bulk', { items }, 'k');
  assert.equal(replay.text, answer.text);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  await assertTotal(api, total);
});

test('a bulk that applied nothing is not recorded; one with only duplicates is', async (t) => {
  const { api } = await startInProcess(t);
  const bad = { items: [{ agent: 'agent-7' }, event('a', { requests: 0 })] };
  for (let times = 0; times < 2; times++) {
    const answer = await api.post('/usage/bulk', bad, 'k');
    assert.equal(answer.status, 201);
    assert.deepEqual(words(answer), ['invalid_item', 'invalid_item']);
    assert.equal(answer.headers.get('idempotency-replayed'), null);
  }
  assert.equal((await api.get('/idempotency', { 'idempotency-key': 'k' })).status, 404);
  assert.deepEqual(words(await api.post('/usage/bulk', { items: [event('a')] }, 'k')), ['recorded']);
  const duplicates = { items: [event('a')] };
  assert.deepEqual(words(await api.post('/usage/bulk', duplicates, 'k2')), ['duplicate']);
  const replay = await api.post('/usage/bulk', duplicates, 'k2');
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  await assertTotal(api, 3);
});

test('a refusal leaves the key free: the fixed request is carried out with it', async (t) => {
  const { api } = await startInProcess(t);
  const account = { agent: 'agent-7', serviceId: 'search' };
  await api.post('/usage', event('a'), 'a');
  const refusals = [
    [await api.post('/usage', { ...event('b'), requests: 0 }, 'k1'), 400],
    [await api.post('/usage', event('a', { requests: 4 }), 'k2'), 409],
    [await api.post('/settle', account, 'k3'), 404],
    [await api.post('/usage', event('c', { occurredAt: '2001-01-01T00:00:00Z' }), 'k4'), 422],
  ] as const;
  for (const [answer, status] of refusals) assert.equal(answer.status, status, answer.text);
  assert.equal((await api.post('/usage', event('b'), 'k1')).status, 201);
  assert.equal((await api.post('/usage', event('d', { requests: 4 }), 'k2')).status, 201);
  assert.equal((await api.post('/usage', event('c'), 'k4')).status, 201);
  await api.post('/services', { serviceId: 'search', priceStroops: 1 });
  const changed = await api.post('/settle', { ...account, expectedStroops: '1' }, 'k3');
  assert.equal(changed.status, 412);
  const settled = await api.post('/settle', account, 'k3');
  assert.equal(settled.json.billedStroops, '13');
  assert.equal((await api.post('/settle', account, 'k3')).text, settled.text);
});

test('a bulk without a key is recognized by the ids of its items', async (t) => {
  const { api } = await startInProcess(t);
  const items = ['a', 'b', 'c'].map((id) => event(id));
  const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('/usage/bulk', { items })));
  assert.equal(answers.flatMap(words).filter((word) => word === 'recorded').length, 3);
  await assertTotal(api, 9);
});

test('an atomic bulk applies all of its items, or none with the reason; a duplicate refuses nothing', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/usage', event('known'), '1');
  const send = (items: readonly unknown[], key: string) =>
    api.post('/usage/bulk?mode=atomic', { items }, key);
  const bad = [event('a'), event('known', { requests: 4 }), { agent: 'agent-7' }, event('b')];
  const refused = await send(bad, 'k');
  assert.equal(refused.status, 422, refused.text);
  assert.equal(refused.json.error, 'bulk_rejected');
  assert.deepEqual(words(refused), ['recorded', 'usage_id_conflict', 'invalid_item', 'recorded']);
  await assertTotal(api, 3);
  const good = [event('a'), event('known'), event('b'), event('a')];
  const applied = await send(good, 'k');
  assert.equal(applied.status, 201, 'the key of a refusal is free');
  assert.deepEqual(words(applied), ['recorded', 'duplicate', 'recorded', 'duplicate']);
  const retry = await send(good, 'k');
  assert.deepEqual([retry.text, retry.headers.get('idempotency-replayed')], [applied.text, 'true']);
  assert.equal(
    (await api.post('/usage/bulk', { items: good }, 'k')).status,
    409,
    'the mode is of the request',
  );
  await assertTotal(api, 9);
  for (const query of ['mode=each', 'mode=', 'mod=atomic']) {
    assert.equal((await api.post(`/usage/bulk?${query}`, { items: good })).status, 400, query);
  }
});
