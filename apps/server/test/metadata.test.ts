// Metadata of usage: what the usage was for, in the caller's own words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { essence } from './harness/workload.ts';

const usage = { agent: 'ada', serviceId: 'tokens', requests: 5 };
const metadata = { model: 'large-2', kind: 'chat: "fast"' };
const only = async (api: Api, query: string) => {
  const { items } = (await api.get(`/entries?${query}`)).json;
  return items.map((entry: { requests: number }) => entry.requests);
};
const filter = (text: string) => `metadata=${encodeURIComponent(text)}`;

test('an entry, its event and its exports have the metadata of its usage, and a retry must have the same', async (t) => {
  const { api } = await startInProcess(t);
  const made = await api.post('/usage', { ...usage, metadata, id: 'call-1' }, 'k');
  assert.equal(made.status, 201, made.text);
  const turned = { kind: metadata.kind, model: metadata.model };
  const retry = await api.post('/usage', { ...usage, metadata: turned, id: 'call-1' }, 'k');
  assert.deepEqual([essence(retry), retry.headers.get('idempotency-replayed')], [essence(made), 'true']);
  const other = { ...usage, metadata: { model: 'small' }, id: 'call-1' };
  assert.equal((await api.post('/usage', other, 'k')).json.error, 'idempotency_conflict');
  assert.equal((await api.post('/usage', other)).json.error, 'usage_id_conflict');
  assert.equal((await api.post('/usage', { ...usage, id: 'call-1' })).json.error, 'usage_id_conflict');
  assert.equal((await api.post('/usage', { ...usage, metadata: turned, id: 'call-1' })).status, 200);
  await api.post('/usage', { ...usage, requests: 1, metadata: {} });
  const [entry, plain] = (await api.get('/entries')).json.items;
  assert.deepEqual([entry.metadata, plain.metadata], [metadata, undefined]);
  const [event] = (await api.get('/events?order=asc')).json.items;
  assert.deepEqual(event.data.metadata, metadata);
  assert.deepEqual((await api.get('/entries/export.json')).json.items[0].metadata, metadata);
  const csv = (await api.get(`/entries/export.csv?${filter('model:large-2')}`)).text.trim().split('\r\n');
  assert.equal(csv.length, 2);
  assert.ok(csv[1]?.endsWith(`,"{""kind"":""chat: \\""fast\\"""",""model"":""large-2""}",,,`), csv[1]);
});

test('entries are listed by a member of their metadata, over all accounts and on one', async (t) => {
  const { api } = await startInProcess(t);
  const item = (requests: number, agent: string, model: string) => ({
    agent,
    serviceId: 'tokens',
    requests,
    metadata: { model },
  });
  const items = [
    item(1, 'ada', 'a:b'),
    item(2, 'ben', 'a:b'),
    item(3, 'ada', 'c'),
    { ...usage, requests: 4 },
  ];
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  assert.deepEqual(await only(api, filter('model:a:b')), [1, 2]);
  assert.deepEqual(await only(api, `${filter('model:c')}&agent=ada&serviceId=tokens`), [3]);
  assert.deepEqual(await only(api, filter('model:a')), []);
  assert.deepEqual(await only(api, filter('toString:c')), []);
  assert.deepEqual(await only(api, ''), [1, 2, 3, 4]);
  assert.equal((await api.get('/entries?metadata=model')).status, 400);
});

test('a captured hold has metadata, too', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'tokens', priceStroops: 1 });
  await api.post('/holds', { ...usage, id: 'hold-1' });
  assert.equal((await api.post('/holds/hold-1/capture', { requests: 3, metadata })).status, 201);
  assert.deepEqual((await api.get('/entries')).json.items[0].metadata, metadata);
});

test('metadata beyond its bounds is refused, and nothing is recorded', async (t) => {
  const { api } = await startInProcess(t);
  const names = Array.from({ length: 9 }, (_, number) => `name-${number}`);
  const wrong: readonly unknown[] = [
    Object.fromEntries(names.map((name) => [name, 'x'])),
    { [`a${'b'.repeat(40)}`]: 'x' },
    { '1st': 'x' },
    { 'a b': 'x' },
    { '': 'x' },
    { model: 'x'.repeat(129) },
    { model: 'a\u0000b' },
    { model: 7 },
    { model: null },
    { model: { name: 'x' } },
    ['model'],
    'model',
  ];
  for (const one of wrong) {
    const refused = await api.post('/usage', { ...usage, metadata: one });
    assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_request'], JSON.stringify(one));
    assert.ok(refused.json.faults[0].pointer.startsWith('/metadata'), refused.text);
    const { results } = (await api.post('/usage/bulk', { items: [{ ...usage, metadata: one }] })).json;
    assert.equal(results[0].error, 'invalid_item');
  }
  assert.equal(
    (
      await api.post(
        '/usage',
        `{"agent":"ada","serviceId":"tokens","requests":1,"metadata":{"__proto__":"x"}}`,
      )
    ).status,
    400,
  );
  assert.deepEqual((await api.get('/entries')).json.items, []);
  const full = Object.fromEntries(
    names.slice(1).map((name) => [name.padEnd(40, 'x'), '\u{1f4b8}'.repeat(128)]),
  );
  assert.equal((await api.post('/usage', { ...usage, metadata: full })).status, 201);
  assert.deepEqual((await api.get('/entries')).json.items[0].metadata, full);
});
