// Tests how a change by the operator at one server takes effect at another one on the same database.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Api } from '../harness/api.ts';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { startInProcess } from '../harness/in-process.ts';
import { adminKey, asAdmin, makeKey, withHeaders } from '../harness/tenants.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const statedMs = 2_000;

async function startTwo(t: TestContext) {
  const DATABASE_URL = await emptyPostgres();
  const environment = { ...postgresEnvironment, ADMIN_API_KEY: adminKey, DATABASE_URL };
  const [here, there] = [await startInProcess(t, environment), await startInProcess(t, environment)];
  const key = await makeKey(here.api, 'acme');
  const acmeThere = withHeaders(there.api, { 'x-api-key': key });
  return { here, there, admin: withHeaders(here.api, asAdmin), key, acmeThere };
}

/** The time until another instance answers with a status. It is asked repeatedly. */
async function followedAfterMs(
  ask: () => Promise<{ readonly status: number }>,
  status: number,
): Promise<number> {
  const startedMs = performance.now();
  while ((await ask()).status !== status) assert.ok(performance.now() - startedMs < 10 * statedMs);
  return performance.now() - startedMs;
}

test('a pause applies to the next write at every instance, and its answer states the longest delay', async (t) => {
  const { admin, acmeThere } = await startTwo(t);
  assert.equal((await acmeThere.post('/usage', usage)).status, 201);
  const paused = await admin.call('/admin/pause', { method: 'POST' });
  assert.deepEqual(paused.json, { paused: true, effectiveWithinMs: statedMs });
  assert.equal((await acmeThere.post('/usage', usage)).json.error, 'service_paused');
  const unpaused = await admin.call('/admin/unpause', { method: 'POST' });
  assert.deepEqual(unpaused.json, { paused: false, effectiveWithinMs: statedMs });
  assert.equal((await acmeThere.post('/usage', usage)).status, 201);
});

test('a setting changed at one instance applies at the other within the stated time', async (t) => {
  const { admin, acmeThere, there } = await startTwo(t);
  const changed = await admin.call('/config', {
    method: 'PATCH',
    body: { bulkMaxItems: 1, rateLimitPerMinute: 1 },
  });
  assert.equal(changed.json.effectiveWithinMs, statedMs);
  there.clock.nowMs += statedMs;
  assert.ok((await followedAfterMs(() => acmeThere.get('/usage/agent-7/search'), 429)) < statedMs);
  await admin.call('/config', { method: 'PATCH', body: { rateLimitPerMinute: null } });
  there.clock.nowMs += 60_000;
  await followedAfterMs(() => acmeThere.get('/usage/agent-7/search'), 200);
  await followedAfterMs(() => acmeThere.post('/usage/bulk', { items: [usage, usage] }), 400);
});

test('a revoked or rotated key is refused at the other instance within the stated time', async (t) => {
  const { admin, acmeThere, key, there } = await startTwo(t);
  const ask = (api: Api) => () => api.get('/audit');
  assert.equal((await ask(acmeThere)()).status, 200);
  const rotated = await admin.call(`/api-keys/${key.slice(0, 12)}/rotate?graceMs=0`, { method: 'POST' });
  assert.equal(rotated.json.effectiveWithinMs, statedMs);
  assert.ok((await followedAfterMs(ask(acmeThere), 401)) < statedMs);
  const again = withHeaders(there.api, { 'x-api-key': String(rotated.json.key) });
  assert.equal((await ask(again)()).status, 200, 'a new key is recognized at once');
  const revoke = () => admin.call(`/api-keys/${rotated.json.prefix}`, { method: 'DELETE', key: 'r' });
  const revoked = await revoke();
  assert.deepEqual(
    [revoked.status, revoked.text, revoked.headers.get('effective-within-ms')],
    [204, '', `${statedMs}`],
  );
  assert.ok((await followedAfterMs(ask(again), 401)) < statedMs);
  const replayed = await revoke();
  assert.deepEqual(
    [replayed.headers.get('idempotency-replayed'), replayed.headers.get('effective-within-ms')],
    ['true', `${statedMs}`],
  );
});
