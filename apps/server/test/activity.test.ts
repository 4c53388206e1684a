import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

test('the outcomes of writes, and the usage that retries did not bill again, are counted for each tenant', async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const [acme, other] = [await apiOfTenant(api, 'acme'), await apiOfTenant(api, 'other')];
  await acme.post('/services', { serviceId: 'search', priceStroops: 250 });
  const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
  await acme.post('/usage', usage, 'k');
  await acme.post('/usage', usage, 'k');
  await acme.post('/usage', { ...usage, requests: 4 }, 'k');
  await acme.post('/usage', { ...usage, id: 'event-1' });
  await acme.post('/usage', { ...usage, id: 'event-1' });
  await acme.post('/settle', { agent: 'agent-7', serviceId: 'unknown' });

  const { since, outcomes, retriesNotBilled } = (await acme.get('/activity')).json;
  assert.deepEqual(outcomes, { executed: 4, replayed: 1, conflict: 1, expired: 0, refused: 1, fault: 0 });
  assert.deepEqual(retriesNotBilled, { retries: 2, requests: 6, stroops: '1500' });
  assert.equal(since, new Date(clock.nowMs).toISOString());
  const { outcomes: none } = (await other.get('/activity')).json;
  assert.deepEqual(Object.values(none), [0, 0, 0, 0, 0, 0]);
});
