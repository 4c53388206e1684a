import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { assertAudited, register, usage } from './harness/registered-services.ts';

test('in a bulk only the items of a disabled service are refused', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'off', 1);
  await api.call('/services/off/disable', { method: 'POST' });
  const items = [usage(), usage({ serviceId: 'off' }), usage()];
  const { results } = (await api.post('/usage/bulk', { items })).json;
  assert.deepEqual(
    results.map(({ status, error }: { status?: string; error?: string }) => status ?? error),
    ['recorded', 'service_disabled', 'recorded'],
  );
  assert.equal((await api.get('/agents/agent-7/total')).json.total, 6);
  await assertAudited(api);
});

test('items of a deleted service are refused, atomic bulks as a whole, and unregistered services are recorded', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'gone', 1);
  await api.post('/usage', usage({ serviceId: 'gone', id: 'known' }));
  await api.call('/usage/agent-7/gone', { method: 'DELETE' });
  assert.equal((await api.call('/services/gone', { method: 'DELETE' })).status, 204);
  const items = [
    usage({ serviceId: 'never' }),
    usage({ serviceId: 'gone' }),
    usage({ serviceId: 'gone', id: 'known' }),
  ];
  const wanted = ['recorded', 'service_deleted', 'duplicate'];
  const outcomes = ({ results }: { results: { status?: string; error?: string }[] }) =>
    results.map(({ status, error }) => status ?? error);
  const atomic = await api.post('/usage/bulk?mode=atomic', { items });
  assert.deepEqual([atomic.status, atomic.json.error], [422, 'bulk_rejected']);
  assert.deepEqual(outcomes(atomic.json), wanted);
  assert.equal((await api.get('/agents/agent-7/total')).json.total, 0);
  assert.deepEqual(outcomes((await api.post('/usage/bulk', { items })).json), wanted);
  assert.equal((await api.get('/agents/agent-7/total')).json.total, 3);
  await assertAudited(api);
});

test('the price versions of a service are listed in order, page by page, each once', async (t) => {
  const { api } = await startInProcess(t);
  const wanted = [5, 7, 5, 9];
  for (const price of [5, 5, 7, 5, 9]) await register(api, 'search', price);
  const seen: number[] = [];
  const versions: number[] = [];
  let cursor = '';
  do {
    const page = (await api.get(`/services/search/prices?limit=3${cursor && `&cursor=${cursor}`}`)).json;
    for (const { version, priceStroops, setAt } of page.items) {
      versions.push(version);
      seen.push(priceStroops);
      assert.ok(Date.parse(setAt) > 0);
    }
    cursor = page.hasMore ? page.nextCursor : '';
  } while (cursor !== '');
  assert.deepEqual(seen, wanted);
  assert.deepEqual(versions, [1, 2, 3, 4]);
  assert.equal((await api.get('/services/search/prices?cursor=bm9uZSAx')).status, 400);
});

test('agents are listed by name, summed up, and ranked within a service', async (t) => {
  const { api } = await startInProcess(t);
  const items = Array.from({ length: 250 }, (_, at) =>
    usage({ agent: `agent-${String(at).padStart(3, '0')}`, requests: ((at * 37) % 250) + 1 }),
  );
  items.push(usage({ agent: 'agent-000', serviceId: 'other', requests: 40 }));
  await api.post('/usage/bulk', { items });
  const ranked = items
    .filter(({ serviceId }) => serviceId === 'search')
    .sort((a, b) => b.requests - a.requests)
    .map(({ agent, requests }) => ({ agent, total: requests }));
  const top = (await api.get('/services/search/agents/top?limit=3')).json;
  assert.deepEqual(top, { serviceId: 'search', items: ranked.slice(0, 3) });
  assert.equal((await api.get('/services/search/agents/top')).json.items.length, 10);
  assert.equal((await api.get('/services/search/agents/top?limit=101')).json.items.length, 100);
  assert.deepEqual(await allPages(api, '/agents', 'agents'), ranked.map(({ agent }) => agent).sort());
  const agents = await allPages(api, '/services/search/agents', 'items');
  assert.equal(agents.length, 250);
  assert.equal((await api.get('/agents/agent-000/total')).json.total, 41);
  assert.deepEqual((await api.get('/agents/agent-000/usage')).json, {
    agent: 'agent-000',
    items: [
      { serviceId: 'other', total: 40 },
      { serviceId: 'search', total: 1 },
    ],
    nextCursor: null,
    hasMore: false,
  });
  assert.deepEqual((await api.get('/agents/nobody/total')).json, { agent: 'nobody', total: 0 });
});

test('many services are registered at once, each with a separate result, and only once', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'known', 1);
  const items = [
    { serviceId: 'new', priceStroops: 3 },
    { serviceId: 'known', priceStroops: 2 },
    { serviceId: 'new', priceStroops: 4 },
    { serviceId: 'bad id', priceStroops: 4 },
    { serviceId: 'half', priceStroops: 4, owner: 'o' },
  ];
  const send = () => api.post('/services/bulk', { items }, 'bulk');
  const first = await send();
  assert.deepEqual(
    first.json.results.map(({ created, error }: { created?: boolean; error?: string }) => created ?? error),
    [true, false, 'duplicate_in_batch', 'invalid_item', 'invalid_item'],
  );
  const retry = await send();
  assert.equal(retry.text, first.text);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  const { services } = (await api.get('/services')).json;
  assert.deepEqual(
    services.map(({ serviceId, priceStroops }: { serviceId: string; priceStroops: number }) => [
      serviceId,
      priceStroops,
    ]),
    [
      ['known', 2],
      ['new', 3],
    ],
  );
  const nothing = { items: [{ serviceId: 'bad id', priceStroops: 4 }] };
  assert.equal((await api.post('/services/bulk', nothing, 'free')).json.results[0].ok, false);
  assert.equal(
    (await api.post('/services/bulk', { items }, 'free')).headers.get('idempotency-replayed'),
    null,
  );
});

async function allPages(api: Api, path: string, member: string): Promise<unknown[]> {
  const all: unknown[] = [];
  let cursor = '';
  do {
    const page = (await api.get(`${path}?limit=40${cursor && `&cursor=${cursor}`}`)).json;
    all.push(...page[member]);
    cursor = page.nextCursor ?? '';
  } while (cursor !== '');
  return all;
}

test('a service may have the name of a neighbouring path', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'bulk', 5);
  assert.equal((await api.get('/services/bulk')).json.serviceId, 'bulk');
  const refused = await api.call('/services/bulk', { method: 'PATCH' });
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.get('allow'), 'DELETE, GET, HEAD, POST');
  assert.equal((await api.call('/services/bulk', { method: 'DELETE' })).status, 204);
  assert.equal((await api.get('/services/bulk')).status, 404);
});

test('a bulk of services may be as long as its limits allow', async (t) => {
  const { api } = await startInProcess(t);
  const longest = '\u{1f4b8}'.repeat(128);
  const items = Array.from({ length: 1_000 }, (_, number) => {
    return { serviceId: `service-${number}`, priceStroops: 1, description: longest, owner: longest };
  });
  const answer = await api.post('/services/bulk', { items });
  assert.equal(answer.status, 201, answer.text.slice(0, 200));
  assert.equal(answer.json.results.filter(({ ok }: { ok: boolean }) => ok).length, 1_000);
});
