import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const total = async (api: Api) => (await api.get('/usage/agent-7/search')).json.total;

/** Pauses or unpauses, without a body. */
function setPaused(api: Api, verb: 'pause' | 'unpause', key?: string) {
  return api.call(`/admin/${verb}`, { method: 'POST', ...(key === undefined ? {} : { key }) });
}

test('while paused, new writes are refused, and repeated requests are still answered', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const admin = withHeaders(api, asAdmin);
  const acme = await apiOfTenant(api, 'acme');
  const first = await acme.post('/usage', { ...usage, id: 'event-1' }, 'before');
  assert.deepEqual((await setPaused(admin, 'pause')).json, { paused: true, effectiveWithinMs: 2_000 });
  const refused = await acme.post('/usage', usage, 'during');
  assert.equal(refused.status, 503);
  assert.equal(refused.json.error, 'service_paused');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  const retry = await acme.post('/usage', { ...usage, id: 'event-1' }, 'before');
  assert.equal(retry.text, first.text);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  // A usage item with a known id is not a new write.
  assert.equal((await acme.post('/usage', { ...usage, id: 'event-1' }, 'other')).json.status, 'duplicate');
  assert.equal((await acme.post('/usage/bulk', { items: [usage] })).json.error, 'service_paused');
  assert.equal((await acme.post('/settle', { agent: 'agent-7', serviceId: 'search' })).status, 503);
  assert.equal(await total(acme), 3);
  // The operator can still create keys, and reads still work.
  const bolt = await apiOfTenant(api, 'bolt');
  assert.equal((await bolt.post('/usage', usage)).status, 503);
  await setPaused(admin, 'unpause');
  assert.equal((await acme.post('/usage', usage, 'during')).status, 201);
  assert.equal(await total(acme), 6);
  assert.equal((await acme.get('/audit')).json.ok, true);
});

test('a retried pause does not pause again, and the status shows since when it is paused', async (t) => {
  const { api, clock } = await startInProcess(t);
  assert.deepEqual((await api.get('/admin/status')).json, {
    paused: false,
    pausedSince: null,
    version: '0.0.0-test',
  });
  const since = new Date(clock.nowMs).toISOString();
  await setPaused(api, 'pause', 'p');
  clock.nowMs += 60_000;
  await setPaused(api, 'pause', 'again');
  const { paused, pausedSince } = (await api.get('/admin/status')).json;
  assert.deepEqual({ paused, pausedSince }, { paused: true, pausedSince: since });
  await setPaused(api, 'unpause', 'u');
  const retried = await setPaused(api, 'pause', 'p');
  assert.equal(retried.headers.get('idempotency-replayed'), 'true');
  assert.equal((await api.post('/usage', usage)).status, 201);
});

test('writes that arrive together with a pause are decided either before or after it', async (t) => {
  const { api } = await startInProcess(t);
  const answers = await Promise.all([
    ...Array.from({ length: 40 }, () => api.post('/usage', usage)),
    setPaused(api, 'pause'),
    ...Array.from({ length: 40 }, () => api.post('/usage', usage)),
  ]);
  const recorded = answers.filter(({ status }) => status === 201).length;
  const refused = answers.filter(
    ({ status, json }) => status === 503 && json.error === 'service_paused',
  ).length;
  assert.equal(recorded + refused, 80);
  assert.equal(await total(api), recorded * 3);
  assert.equal((await api.post('/usage', usage)).status, 503);
});

test('only the admin key pauses', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const acme = await apiOfTenant(api, 'acme');
  assert.equal((await setPaused(acme, 'pause')).status, 403);
  assert.equal((await setPaused(api, 'pause')).status, 401);
  assert.equal((await acme.get('/admin/status')).status, 403);
  assert.equal((await acme.post('/usage', usage)).status, 201);
});

test('a server that was killed while paused is still paused after a restart', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  const first = await startProcess(t, environment);
  assert.equal((await setPaused(apiAt(first.url), 'pause')).status, 200);
  await first.stop('SIGKILL');
  const second = apiAt((await startProcess(t, environment)).url);
  assert.equal((await second.post('/usage', usage, 'k')).json.error, 'service_paused');
  await setPaused(second, 'unpause');
  assert.equal((await second.post('/usage', usage, 'k')).status, 201);
});
