import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { assertAudited, register, usage } from './harness/registered-services.ts';

test('usage of a disabled service is refused, and its key stays free until it is enabled', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'search', 5);
  await api.post('/usage', usage(), 'before');
  const disable = () => api.call('/services/search/disable', { method: 'POST', key: 'off' });
  const disabled = await disable();
  assert.deepEqual(disabled.json, { serviceId: 'search', disabled: true });
  const refused = await api.post('/usage', usage(), 'later');
  assert.equal(refused.status, 409);
  assert.equal(refused.json.error, 'service_disabled');
  assert.equal((await api.get('/services/search')).json.disabled, true);
  await api.call('/services/search/enable', { method: 'POST' });
  // A retry of the disabling is a replay, and does not disable again.
  const replayed = await disable();
  assert.equal(replayed.headers.get('idempotency-replayed'), 'true');
  assert.equal(replayed.text, disabled.text);
  assert.equal((await api.post('/usage', usage(), 'later')).status, 201);
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 6);
  await assertAudited(api);
});

test('usage recorded before its service was disabled can be replayed, found by id, quoted and settled', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'search', 5);
  const first = await api.post('/usage', usage({ id: 'event-1' }), 'key');
  await api.call('/services/search/disabled', { method: 'PATCH', body: { disabled: true } });
  const retry = await api.post('/usage', usage({ id: 'event-1' }), 'key');
  assert.equal(retry.text, first.text);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  assert.equal((await api.post('/usage', usage({ id: 'event-1' }), 'other')).json.status, 'duplicate');
  assert.deepEqual((await api.get('/billing/total')).json, {
    totalStroops: '15',
    disabledStroops: '15',
    creditStroops: '0',
    unpricedRequests: 0,
  });
  const settled = await api.post('/settle', { agent: 'agent-7', serviceId: 'search' });
  assert.equal(settled.json.billedStroops, '15');
  await assertAudited(api);
});

test('usage of a deleted service is refused until it is registered again, even if it was disabled before', async (t) => {
  const { api } = await startInProcess(t);
  for (const serviceId of ['search', 'off']) {
    await register(api, serviceId, 5);
    const recorded = await api.post(
      '/usage',
      usage({ serviceId, id: `known-${serviceId}` }),
      `first-${serviceId}`,
    );
    await api.post('/settle', { agent: 'agent-7', serviceId });
    if (serviceId === 'off') await api.call('/services/off/disable', { method: 'POST' });
    const deleted = await api.call(`/services/${serviceId}`, { method: 'DELETE' });
    assert.equal(deleted.status, 204, deleted.text);
    const later = () => api.post('/usage', usage({ serviceId }), `later-${serviceId}`);
    const refused = await later();
    assert.deepEqual([refused.status, refused.json.error], [409, 'service_deleted'], refused.text);
    const enabled = await api.call(`/services/${serviceId}/enable`, { method: 'POST' });
    assert.equal(enabled.status, 404, 'a deleted service is not enabled');
    // Earlier usage is still answered, by its key and by its id.
    const retry = await api.post(
      '/usage',
      usage({ serviceId, id: `known-${serviceId}` }),
      `first-${serviceId}`,
    );
    assert.deepEqual([retry.text, retry.headers.get('idempotency-replayed')], [recorded.text, 'true']);
    const known = await api.post('/usage', usage({ serviceId, id: `known-${serviceId}` }));
    assert.deepEqual([known.status, known.json.status], [200, 'duplicate']);
    const conflict = await api.post('/usage', usage({ serviceId, id: `known-${serviceId}`, requests: 4 }));
    assert.equal(conflict.json.error, 'usage_id_conflict');
    assert.equal((await api.get(`/usage/agent-7/${serviceId}`)).json.total, 0);
    await register(api, serviceId, 6);
    assert.equal((await later()).status, 201);
  }
  assert.equal((await api.get('/billing/total')).json.totalStroops, '36');
  await assertAudited(api);
});

test('a service that is not registered can be neither disabled, enabled nor described', async (t) => {
  const { api } = await startInProcess(t);
  const metadata = { description: 'd', owner: 'o' };
  for (const [path, method, body] of [
    ['disable', 'POST', undefined],
    ['enable', 'POST', undefined],
    ['disabled', 'PATCH', { disabled: true }],
    ['metadata', 'PUT', metadata],
    ['metadata', 'GET', undefined],
    ['prices', 'GET', undefined],
  ] as const) {
    const answer = await api.call(`/services/unknown/${path}`, { method, body });
    assert.equal(answer.status, 404, `${method} ${path}`);
    assert.equal(answer.json.error, 'not_found');
  }
  const wrong = await api.call('/services/unknown/disabled', { method: 'PATCH', body: { disabled: 'yes' } });
  assert.equal(wrong.status, 400);
});

test('metadata is replaced as a whole, and a price change leaves it unchanged', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'search', 5);
  assert.equal((await api.get('/services/search/metadata')).status, 404);
  const metadata = { description: 'full text', owner: 'team-search' };
  const put = await api.call('/services/search/metadata', { method: 'PUT', body: metadata });
  assert.deepEqual(put.json, { serviceId: 'search', ...metadata });
  await register(api, 'search', 7);
  assert.deepEqual((await api.get('/services/search/metadata')).json, { serviceId: 'search', ...metadata });
  const half = await api.call('/services/search/metadata', { method: 'PUT', body: { owner: 'x' } });
  assert.equal(half.status, 400);
});

test('a service can be deleted only when nothing is left to settle, and everything that it recorded stays', async (t) => {
  const { api } = await startInProcess(t);
  const remove = (key: string) => api.call('/services/search', { method: 'DELETE', key });
  assert.equal((await remove('k0')).status, 404);
  await register(api, 'search', 5, { description: 'd', owner: 'o' });
  await api.post('/usage', usage());
  const refused = await remove('k1');
  assert.equal(refused.status, 409);
  assert.equal(refused.json.error, 'service_has_outstanding_usage');
  const bill = (await api.post('/settle', { agent: 'agent-7', serviceId: 'search' })).json;
  // The refusal was not remembered under its key.
  assert.equal((await remove('k1')).status, 204);
  const again = await remove('k1');
  assert.equal(again.status, 204);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal((await remove('k2')).status, 404);
  for (const path of ['/services/search', '/services/search/prices', '/billing/agent-7/search']) {
    assert.equal((await api.get(path)).status, 404, path);
  }
  assert.deepEqual((await api.get('/services')).json.services, []);
  assert.equal((await api.get(`/settlements/${bill.settlementId}`)).json.billedStroops, '15');
  await assertAudited(api);
});

test('a credit of a deleted service is not lost, and its price versions continue to count', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'search', 5);
  const recorded = await api.post('/usage', usage());
  await api.post('/settle', { agent: 'agent-7', serviceId: 'search' });
  await api.call('/services/search', { method: 'DELETE' });
  assert.equal((await api.get('/billing/agent-7/search')).status, 404);
  const entryId = recorded.headers.get('location')?.split('/').at(-1);
  assert.equal((await api.post(`/entries/${entryId}/reverse`, { reason: 'sent by mistake' })).status, 201);
  assert.equal((await api.get('/billing/agent-7/search')).json.lines[0].amountStroops, '-15');
  assert.equal((await api.call('/services/search/disable', { method: 'POST' })).status, 404);
  const back = await api.post('/services', { serviceId: 'search', priceStroops: 9 });
  assert.equal(back.status, 201);
  const listed = (await api.get('/services/search')).json;
  assert.deepEqual(listed, {
    serviceId: 'search',
    priceStroops: 9,
    price: '0.0000009',
    per: 1,
    asset: 'XLM',
    disabled: false,
  });
  const { items } = (await api.get('/services/search/prices')).json;
  assert.deepEqual(
    items.map(({ version, priceStroops }: { version: number; priceStroops: number }) => [
      version,
      priceStroops,
    ]),
    [
      [1, 5],
      [2, 9],
    ],
  );
  await api.post('/usage', usage());
  const settled = (await api.post('/settle', { agent: 'agent-7', serviceId: 'search' })).json;
  assert.equal(settled.billedStroops, String(3 * 9 - 3 * 5));
  await assertAudited(api);
});

test('usage changes no line of another price version', async (t) => {
  const { api, databaseUrl } = await startInProcess(t);
  await register(api, 'search', 5);
  await api.post('/usage', usage());
  await register(api, 'search', 6);
  // PostgreSQL also omits these lines, but a trigger there would need another connection.
  if (!databaseUrl.startsWith('file:')) return;
  const file = new DatabaseSync(databaseUrl.slice('file:'.length));
  file.exec(`CREATE TRIGGER unchanged BEFORE UPDATE ON account_lines WHEN old.price_version = 1
    BEGIN SELECT RAISE(ABORT, 'a line was saved that did not change'); END`);
  file.close();
  for (let times = 0; times < 2; times++) assert.equal((await api.post('/usage', usage())).status, 201);
  await assertAudited(api);
});

test('the unit of a service is answered, noted and logged, and stays until another is sent', async (t) => {
  const { api } = await startInProcess(t);
  const registered = await api.post('/services', { serviceId: 'tokens', priceStroops: 5, unit: 'token' });
  const price = { priceStroops: 5, price: '0.0000005', per: 1, asset: 'XLM' };
  assert.deepEqual(registered.json, { serviceId: 'tokens', ...price, unit: 'token' });
  await register(api, 'tokens', 6);
  assert.deepEqual((await api.get('/services/tokens')).json, {
    serviceId: 'tokens',
    priceStroops: 6,
    price: '0.0000006',
    per: 1,
    asset: 'XLM',
    disabled: false,
    unit: 'token',
  });
  await api.post('/services/bulk', { items: [{ serviceId: 'tokens', priceStroops: 6, unit: 'image' }] });
  const { items } = (await api.get('/events')).json;
  const units = items.map(({ type, data }: { type: string; data: { unit: string } }) => [type, data.unit]);
  assert.deepEqual(units.sort(), [
    ['service.changed', 'image'],
    ['service.changed', 'token'],
    ['service.registered', 'token'],
  ]);
  const refused = await api.post('/services', { serviceId: 'tokens', priceStroops: 6, unit: '' });
  assert.equal(refused.status, 400);
  await api.call('/services/tokens', { method: 'DELETE' });
  await register(api, 'tokens', 6);
  assert.equal((await api.get('/services/tokens')).json.unit, undefined, 'a deleted service loses its unit');
});
