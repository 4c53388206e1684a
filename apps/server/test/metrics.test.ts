import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { rawExchange } from './harness/raw-http.ts';
import { adminKey, apiOfTenant, asAdmin, budgetUsed, withHeaders } from './harness/tenants.ts';

/** The value of a metric. Labels are written as in Prometheus. */
async function metric(api: Api, name: string): Promise<number | undefined> {
  const { text } = await api.get('/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

test('metrics show the outcomes of requests and keys, and the usage that retries did not bill again', async (t) => {
  const { api, app } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  const usage = { agent: 'a', serviceId: 's', requests: 3 };
  await api.post('/usage', usage, 'k1');
  for (let retry = 0; retry < 4; retry++) await api.post('/usage', usage, 'k1');
  await api.post('/usage', { ...usage, requests: 4 }, 'k1');
  await api.post('/usage', { ...usage, requests: 0 }, 'k2');
  const item = { ...usage, requests: 10 };
  const items = [{ ...item, id: 'e1' }, { ...item, id: 'e2' }, { agent: '' }];
  await api.post('/usage/bulk', { items }, 'b1');
  await api.post('/usage/bulk', { items }, 'b1');
  await api.post('/usage', { ...item, id: 'e1' });
  assert.equal(await metric(api, 'billonce_idempotency_requests_total{outcome="executed"}'), 2);
  assert.equal(await metric(api, 'billonce_idempotency_requests_total{outcome="replayed"}'), 5);
  assert.equal(await metric(api, 'billonce_idempotency_requests_total{outcome="conflict"}'), 1);
  assert.equal(await metric(api, 'billonce_retries_not_billed_total'), 4 + 2 + 1);
  assert.equal(await metric(api, 'billonce_retries_not_billed_requests_total'), 4 * 3 + 20 + 10);
  assert.equal(await metric(api, 'billonce_retries_not_billed_stroops_total'), (4 * 3 + 20 + 10) * 5);
  const route = 'billonce_http_requests_total{method="POST",route="/api/v1/usage",status=';
  assert.equal(await metric(api, `${route}"201"}`), 5);
  assert.equal(await metric(api, `${route}"409"}`), 1);
  assert.equal(await metric(api, `${route}"400"}`), 1);
  assert.equal(await metric(api, 'billonce_queue_items'), 0);
  assert.ok(((await metric(api, 'billonce_commit_seconds_count')) ?? 0) > 0);
  // On SQLite the four replays of a single are answered from memory, without a batch.
  assert.ok(((await metric(api, 'billonce_batch_items_sum')) ?? 0) >= 10);
  const report = await app.audit.runOnce();
  assert.equal(report?.differences, 0);
  assert.equal(await metric(api, 'billonce_accounts'), 1);
  assert.equal(await metric(api, 'billonce_outstanding_stroops'), 23 * 5);
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  await app.audit.runOnce();
  assert.equal(await metric(api, 'billonce_outstanding_requests'), 0);
  assert.equal(await metric(api, 'billonce_settled_stroops'), 23 * 5);
  assert.equal(await metric(api, 'billonce_audit_differences'), 0);
});

test('refusals of input that never became a request are counted without a method and a route', async (t) => {
  const { api } = await startInProcess(t);
  const counted = (of: Api, status: number) =>
    metric(of, `billonce_http_requests_total{method="none",route="none",status="${status}"}`);
  await rawExchange(t, api.url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`);
  await rawExchange(t, api.url, 'this is not HTTP\r\n\r\n');
  assert.deepEqual([await counted(api, 431), await counted(api, 400)], [1, 1]);
  // This server gets no other request, because a busy machine would be too late for any other request too.
  const { api: hasty } = await startInProcess(t, { REQUEST_TIMEOUT_MS: '300' });
  await rawExchange(
    t,
    hasty.url,
    'POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
  );
  assert.equal(await counted(hasty, 408), 1);
});

test('the metrics show how much tenants use of their budgets', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey, TENANT_BYTES_PER_DAY: '1000000' });
  const one = await apiOfTenant(api, 'tenant-one');
  const usage = { agent: 'agent-one', serviceId: 'service-one', requests: 3 };
  await one.post('/usage', usage);
  assert.equal(await budgetUsed(api, 'bytes_today', 'tenant-one'), JSON.stringify(usage).length);
  assert.ok((await budgetUsed(api, 'connections', 'tenant-one')) >= 1);
});

test('metrics are for the operator and name only the heaviest tenants; stats are for the tenant itself', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const one = await apiOfTenant(api, 'tenant-one');
  const two = await apiOfTenant(api, 'tenant-two');
  await one.post('/services', { serviceId: 'service-one', priceStroops: 5 });
  await one.post('/usage', { agent: 'agent-one', serviceId: 'service-one', requests: 3 }, 'a-secret-key');
  await one.post('/settle', { agent: 'agent-one', serviceId: 'service-one' });
  await one.post('/usage', { agent: 'agent-one', serviceId: 'service-one', requests: 2 });
  await one.get('/usage/agent-one/service-one');
  assert.equal((await one.get('/metrics')).status, 403);
  assert.equal((await api.get('/metrics')).status, 401);
  const { text, headers } = await withHeaders(api, asAdmin).get('/metrics');
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  // A request that its key forbids costs nothing.
  assert.match(text, /^billonce_rate_budget_used\{tenant="tenant-one"\} 5$/m);
  const others = text.replace(/^billonce_(?:rate|tenant)_budget_used.*$/gm, '');
  for (const name of ['tenant-one', 'service-one', 'agent-one', 'a-secret-key']) {
    assert.ok(!others.includes(name), name);
  }
  assert.deepEqual((await one.get('/stats')).json, {
    totalApiKeys: 1,
    totalServices: 1,
    uniqueAgents: 1,
    accounts: 1,
    recordedRequests: 5,
    reversedRequests: 0,
    settledRequests: 3,
    totalRequests: 2,
    outstandingStroops: '10',
    settledStroops: '15',
    totalWebhooks: 0,
    usageKeys: 1,
    lifetimeRequests: 5,
    settledStroopsTotal: '15',
    settlementsTotal: 1,
    paused: false,
  });
  assert.equal((await two.get('/stats')).json.accounts, 0);
});

test('metrics show refusals of balances, outcomes of holds, and what the last audit found in both', async (t) => {
  const { api, app } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 10_000_000 });
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/a/grants', { amount: '10' });
  const usage = { agent: 'a', serviceId: 's', requests: 1 };
  for (const id of ['h1', 'h2', 'h3']) await api.post('/holds', { ...usage, requests: 2, id }, id);
  await api.post('/holds', { ...usage, requests: 2, id: 'h1' }, 'h1');
  await api.post('/holds', { ...usage, requests: 2, id: 'h1' });
  await api.post('/holds/h1/capture', { requests: 2, id: 'u1' });
  await api.post('/holds/h1/capture', { requests: 2, id: 'u1' });
  await api.call('/holds/h2/release', { method: 'POST' });
  await api.post('/usage', { ...usage, requests: 7 });
  await api.post('/holds', { ...usage, requests: 7 });
  const bulk = { items: [usage, { ...usage, requests: 7 }, { ...usage, requests: 8 }] };
  await api.post('/usage/bulk?mode=atomic', bulk);
  const outcome = async (name: string) => await metric(api, `billonce_holds_total{outcome="${name}"}`);
  assert.deepEqual(
    [await outcome('created'), await outcome('captured'), await outcome('released')],
    [3, 1, 1],
  );
  assert.equal(await metric(api, 'billonce_balance_refusals_total'), 4);
  await app.audit.runOnce();
  assert.equal(await metric(api, 'billonce_balances'), 1);
  assert.equal(await metric(api, 'billonce_available_stroops'), 6 * 10_000_000);
  assert.equal(await metric(api, 'billonce_open_holds'), 1);
});
