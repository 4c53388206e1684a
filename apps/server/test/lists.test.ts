import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OperationSpec, operations } from '@billonce/contract';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';

interface Listed {
  readonly id: string;
  readonly agent: string;
  readonly serviceId: string;
  readonly sequence: number;
}

/** Reads a list page by page; `between` runs after each page. */
async function readAll(api: Api, path: string, limit: number, between = async () => {}): Promise<Listed[]> {
  const items: Listed[] = [];
  const join = path.includes('?') ? '&' : '?';
  let cursor = '';
  for (let hasMore = true; hasMore; ) {
    const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: ApiAnswer = await api.get(`${path}${join}limit=${limit}${at}`);
    assert.equal(page.status, 200, page.text);
    assert.ok(page.json.items.length <= limit);
    items.push(...page.json.items);
    ({ hasMore, nextCursor: cursor } = page.json);
    assert.equal(typeof cursor, 'string');
    await between();
  }
  return items;
}

const ids = (items: readonly Listed[]) => items.map(({ id }) => id);

async function record(api: Api, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, number) => ({
    agent: `agent-${number % 3}`,
    serviceId: `service-${number % 2}`,
    requests: 1,
  }));
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
}

test('a list is stable while writes arrive: no duplicates, no gaps, in order', async (t) => {
  const { api } = await startInProcess(t);
  for (const serviceId of ['service-0', 'service-1'])
    await api.post('/services', { serviceId, priceStroops: 2 });
  await record(api, 60);
  const settle = () => api.post('/settle/bulk', { agent: 'agent-1' });
  await settle();
  for (const path of ['/entries', '/entries?agent=agent-1&serviceId=service-1', '/settlements']) {
    const before = ids(await readAll(api, path, 1_000));
    assert.ok(before.length > 1, path);
    let writes = 0;
    const paged = ids(
      await readAll(api, path, 3, async () => {
        if (writes++ < 5) await Promise.all([record(api, 7), settle()]);
      }),
    );
    const after = ids(await readAll(api, path, 1_000));
    assert.deepEqual(paged.slice(0, before.length), before, path);
    assert.deepEqual(paged, after, path);
    assert.deepEqual(paged, paged.toSorted(), path);
    assert.equal(new Set(paged).size, paged.length, path);
  }
});

test('a page has exactly the requested length, and shows whether there is more', async (t) => {
  const { api } = await startInProcess(t);
  await record(api, 250);
  const first = await api.get('/entries');
  assert.deepEqual([first.json.items.length, first.json.hasMore], [100, true]);
  const all = await api.get('/entries?limit=1000');
  assert.deepEqual([all.json.items.length, all.json.hasMore], [250, false]);
  // The page is filled up to the limit.
  const full = await api.get('/entries?limit=250');
  assert.deepEqual([full.json.items.length, full.json.hasMore], [250, false]);
  const { nextCursor } = full.json;
  const end = await api.get(`/entries?limit=250&cursor=${nextCursor}`);
  assert.deepEqual(end.json, { items: [], nextCursor, hasMore: false });
  for (const limit of [1, 7, 125, 249]) assert.equal((await readAll(api, '/entries', limit)).length, 250);
});

test('filters match exactly what they name, and times are a range that excludes its end', async (t) => {
  const { api, clock } = await startInProcess(t);
  for (const serviceId of ['service-0', 'service-1'])
    await api.post('/services', { serviceId, priceStroops: 2 });
  const moments: string[] = [];
  for (let round = 0; round < 3; round++) {
    clock.nowMs += 1_000;
    moments.push(new Date(clock.nowMs).toISOString());
    await record(api, 12);
    assert.equal((await api.post('/settle/bulk', { agent: 'agent-1' })).json.items.length, 2);
  }
  const count = async (query: string) => (await readAll(api, `/entries?${query}`, 5)).length;
  assert.equal(await count('agent=agent-1'), 12);
  assert.equal(await count('serviceId=service-1'), 18);
  assert.equal(await count('agent=agent-1&serviceId=service-1'), 6);
  assert.equal(await count('agent=nobody'), 0);
  assert.equal(await count(`from=${moments[1]}`), 24);
  assert.equal(await count(`to=${moments[1]}`), 12);
  assert.equal(await count(`from=${moments[1]}&to=${moments[2]}`), 12);
  assert.equal(await count(`from=${moments[1]}&agent=agent-1&serviceId=service-0&to=${moments[2]}`), 2);
  assert.equal(await count('occurredFrom=1970-01-01T00:00:00Z'), 0);
  const bills = await readAll(api, '/settlements', 2);
  assert.equal(bills.length, 6);
  assert.equal((await readAll(api, '/settlements?agent=agent-0', 2)).length, 0);
  assert.equal((await readAll(api, `/settlements?from=${moments[1]}&serviceId=service-1`, 1)).length, 2);
  assert.equal((await readAll(api, `/settlements?to=${moments[1]}`, 1)).length, 2);
  for (const bill of bills) {
    const covered = await readAll(api, `/entries?settlementId=${bill.id}`, 1);
    assert.equal(covered.length, 2);
    for (const entry of covered)
      assert.deepEqual([entry.agent, entry.serviceId], [bill.agent, bill.serviceId]);
    assert.deepEqual((await api.get(`/settlements/${bill.id}`)).json, bill);
  }
  assert.equal(await count('settlementId=019a7f6e-3a60-7c3e-9b1d-0123456789ab'), 0);
  const [entry] = await readAll(api, '/entries', 1);
  assert.deepEqual((await api.get(`/entries/${entry?.id}`)).json, entry);
});

test('the OpenAPI document lists every operation of the contract, and each has a route', async (t) => {
  const { api } = await startInProcess(t);
  const document = (await api.get('/openapi.json')).json;
  assert.match(document.openapi, /^3\.1\./);
  const known: readonly OperationSpec[] = Object.values(operations);
  for (const { method, path } of known) {
    assert.ok(document.paths[path]?.[method.toLowerCase()], `${method} ${path}`);
    const probe = path.replaceAll(/\{\w+\}/g, 'x');
    const response = await fetch(api.url + probe, { method });
    const text = await response.text();
    assert.notEqual(response.status, 405, `${method} ${probe}`);
    assert.equal(/no such path/.test(text), false, `${method} ${probe}`);
  }
});

const farBounds = [
  '0000-01-01T00:00:00Z',
  '1677-09-21T00:12:43Z',
  '2262-04-11T23:47:17Z',
  '9999-12-31T23:59:59.999999999Z',
];

test('impossible time limits and invalid places are never a fault of the server', async (t) => {
  const { api, clock } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 2 });
  const occurredAt = new Date(clock.nowMs).toISOString();
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 1, occurredAt });
  for (const bound of farBounds) {
    const isPast = bound < occurredAt;
    for (const account of ['', '&agent=a', '&agent=a&serviceId=s']) {
      const from = await api.get(`/entries?occurredFrom=${bound}${account}`);
      assert.equal(from.json.items.length, isPast ? 1 : 0, `from ${bound}${account}`);
      const to = await api.get(`/entries?occurredTo=${bound}${account}`);
      assert.equal(to.json.items.length, isPast ? 0 : 1, `to ${bound}${account}`);
      assert.equal((await api.get(`/entries/export.csv?occurredFrom=${bound}${account}`)).status, 200);
    }
    assert.ok((await api.get(`/settlements?from=${bound}`)).status < 500);
    assert.ok((await api.get(`/events?since=${bound}`)).status < 500);
  }
  const places = ['number 2147483648', 'number 999999999999999', 'account 999999999999999'];
  places.push('account 01a21a6e-c0d2-7000-8000-10e4ca07e5ee', 'sequence 999999999999999');
  const paths = [
    '/services/s/prices',
    '/services/s/agents',
    '/agents/a/usage',
    '/entries?agent=a&serviceId=s',
  ];
  for (const path of [...paths, '/entries', '/agents', '/services', '/usage']) {
    for (const place of places) {
      const cursor = Buffer.from(place).toString('base64url');
      const { status, text } = await api.get(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`);
      assert.ok(status < 500, `${path} ${place}: ${text}`);
    }
  }
});
