import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, type ApiAnswer, apiAt } from './harness/api.ts';
import { documentedOperations } from './harness/documented.ts';
import { startInProcess } from './harness/in-process.ts';
import { connectTo } from './harness/raw-http.ts';
import { adminKey, asAdmin, makeKey } from './harness/tenants.ts';
import {
  type ExampleRequest,
  exampleRequests,
  isKeyed,
  isOpen,
  type PathValues,
  unknownNames,
} from './openapi/requests.ts';
import { Seen } from './openapi/seen.ts';

const usage = { agent: 'agent-7', serviceId: 'input-tokens', requests: 3 };
const protectedMode = { ADMIN_API_KEY: adminKey };
const asOperator = { ...asAdmin, 'x-tenant': 'acme', 'x-tenant-create': 'true' };

/** A sent request, which the test repeats later. */
interface Sent {
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
  readonly key: string;
}

/** Every write succeeds once under a key. The reads after them find what they created. */
async function succeedOnce(api: Api): Promise<{ readonly sent: Sent[]; readonly made: PathValues }> {
  const sent: Sent[] = [];
  const write = async (method: string, path: string, body?: unknown): Promise<ApiAnswer> => {
    const key = `key-${sent.length}`;
    sent.push({ method, path, body, key });
    const answer = await api.call(path, { method, body, key, headers: asOperator });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer;
  };
  const service = { serviceId: 'input-tokens', priceStroops: 250, description: 'Tokens', owner: 'acme' };
  await write('POST', '/services', service);
  await write('POST', '/services', { ...service, priceStroops: 300 });
  await write('POST', '/services/bulk', {
    items: [{ serviceId: 'spare', priceStroops: 1 }, { serviceId: '..' }],
  });
  await write('PATCH', '/services/input-tokens/price', { priceStroops: 250 });
  const effectiveFrom = new Date(Date.now() + 86_400_000).toISOString();
  await write('PATCH', '/services/input-tokens/price', { priceStroops: 300, effectiveFrom });
  await write('DELETE', '/services/input-tokens/prices/next');
  await write('PUT', '/services/input-tokens/metadata', { description: 'Tokens', owner: 'acme' });
  await write('POST', '/services/input-tokens/disable');
  await write('POST', '/services/input-tokens/enable');
  await write('PATCH', '/services/input-tokens/disabled', { disabled: false });
  const hook = await write('POST', '/webhooks', { url: 'https://billing.example/hooks', events: ['*'] });
  const first = await write('POST', '/usage', { ...usage, id: 'event-1' });
  await write('POST', '/usage', { ...usage, id: 'event-1' });
  await write('POST', '/usage/bulk', { items: [usage, { ...usage, requests: 0 }] });
  const bill = await write('POST', '/settle', { agent: 'agent-7', serviceId: 'input-tokens' });
  await write('POST', '/usage', usage);
  await write('POST', '/settle/bulk', { agent: 'agent-7' });
  const entryId = String(first.headers.get('location')?.split('/').at(-1));
  await write('POST', `/entries/${entryId}/reverse`, { reason: 'a mistake' });
  await write('POST', '/credits/agent-7/input-tokens/write-off', { reason: 'account closed' });
  await write('POST', '/usage', { ...usage, serviceId: 'spare' });
  await write('DELETE', '/usage/agent-7/spare');
  await write('DELETE', '/services/spare');
  for (let twice = 0; twice < 2; twice++) await write('PUT', '/assets/USD', { scale: 2 });
  await write('PUT', '/billing-policy', { mode: 'postpaid' });
  await write('PUT', '/agents/agent-9/billing', { mode: 'prepaid' });
  for (const id of ['grant-1', 'grant-1', 'grant-2']) {
    await write('POST', '/agents/agent-9/grants', { amount: '10', id });
  }
  for (let twice = 0; twice < 2; twice++) {
    await write('POST', '/agents/agent-9/refunds', { amount: '1', reason: 'late', id: 'refund-1' });
  }
  await write('POST', '/agents/agent-9/grants/grant-2/void');
  const held = { agent: 'agent-9', serviceId: 'input-tokens', requests: 3 };
  for (const id of ['hold-1', 'hold-1', 'hold-2']) await write('POST', '/holds', { ...held, id });
  await write('POST', '/holds/hold-1/extend', { expiresInMs: 700_000 });
  for (let twice = 0; twice < 2; twice++) {
    await write('POST', '/holds/hold-1/capture', { requests: 2, id: 'event-of-hold' });
  }
  await write('POST', '/holds/hold-2/release');
  const limit = { window: 'day', max: { quantity: '1000000000' }, action: 'refuse' };
  for (const name of ['budget', 'budget', 'another']) await write('PUT', `/limits/${name}`, limit);
  await write('DELETE', '/limits/another');
  await write('PUT', '/agents/agent-8/billing', { mode: 'prepaid' });
  await write('DELETE', '/agents/agent-8/billing');
  const { id } = hook.json;
  const tested = await write('POST', `/webhooks/${id}/test`);
  await write('POST', `/webhooks/${id}/deliveries/${tested.json.eventId}/redeliver`);
  await write('PATCH', `/webhooks/${id}`, { events: ['usage.settled'] });
  await write('POST', `/webhooks/${id}/rotate-secret`);
  const other = await write('POST', '/webhooks', { url: 'https://other.example/hooks', events: ['*'] });
  await write('DELETE', `/webhooks/${other.json.id}`);
  await write('PATCH', '/config', { bulkMaxItems: 10_000 });
  await write('POST', '/admin/pause');
  await write('POST', '/admin/unpause');
  const made = await write('POST', '/api-keys', { label: 'collector', tenant: 'acme' });
  await write('POST', `/api-keys/${made.json.prefix}/rotate`);
  await write('DELETE', `/api-keys/${made.json.prefix}`);
  await api.call('/reconcile', { body: { items: [{ id: 'event-1', requests: 3 }] }, headers: asOperator });
  const values = { agent: 'agent-7', serviceId: 'input-tokens', code: 'not_found', asset: 'start.js' };
  const ofBalances = { assetCode: 'USD', grantId: 'grant-1', holdId: 'hold-1', name: 'budget' };
  return {
    sent,
    made: { ...values, ...ofBalances, entryId, settlementId: bill.json.settlementId, webhookId: id },
  };
}

/** The values for the ids in a path. */
function idsOf(made: PathValues, path: string): PathValues {
  const id = path.includes('/entries/{id}')
    ? made['entryId']
    : path.includes('/settlements/{id}')
      ? made['settlementId']
      : made['webhookId'];
  // This agent has the grants.
  const agent = path.includes('/grants/') ? { agent: 'agent-9' } : {};
  return { ...unknownNames, ...made, ...agent, ...(id === undefined ? {} : { id }) };
}

test('every documented success is answered as documented', async (t) => {
  const { app } = await startInProcess(t, protectedMode);
  const seen = new Seen();
  const api = apiAt(app.url, seen.note);
  const { made } = await succeedOnce(api);
  for (const { operation, path, method } of exampleRequests(({ path }) => idsOf(made, path))) {
    if (method !== 'GET') continue;
    const key = operation.name === 'readKeyState' ? { 'idempotency-key': 'key-0' } : {};
    const answer = await api.get(path, { ...asOperator, ...key });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    const tag = answer.headers.get('etag');
    if (tag !== null) await api.get(path, { ...asOperator, ...key, 'if-none-match': tag });
  }
  seen.assertAll((status) => status < 400, {
    'readHealthBare 200': 'outside of /api/v1: see edge.test.ts',
    'readHealthBare 304': 'outside of /api/v1',
    'readDeepHealth 304': 'it measures: each answer is another one',
  });
});

/** Statuses that a wrong request causes, for all operations. */
async function refuseAll(api: Api, requests: readonly ExampleRequest[], tenantKey: string): Promise<void> {
  const asTenant = { 'x-api-key': tenantKey };
  for (const { operation, method, path, body } of requests) {
    const call = (more: object, headers: Readonly<Record<string, string>> = asOperator, at = path) =>
      api.call(at, { method, ...(method === 'GET' ? {} : { body }), headers, ...more });
    await call({}, { ...asOperator, 'x-filler': 'x'.repeat(20_000) });
    if (method !== 'GET') {
      await call({ body: JSON.stringify({ filler: 'x'.repeat(8 * 1024 * 1024 + 1) }) });
      await call({ body: 'text', headers: { ...asOperator, 'content-type': 'text/plain' } });
    }
    if (isOpen(operation)) continue;
    await call({}, asOperator, `${path}${path.includes('?') ? '&' : '?'}unknown=1`);
    await call({}, {});
    await call({}, { ...asTenant, 'x-tenant': 'somebody-else' });
    // The key was used for a different request.
    if (isKeyed(operation)) await call({ key: 'taken' }, { ...asOperator });
  }
}

test('every documented refusal for form, caller, key or limit is answered', async (t) => {
  const { app, clock } = await startInProcess(t, protectedMode);
  const seen = new Seen();
  const api = apiAt(app.url, seen.note);
  const { sent, made } = await succeedOnce(api);
  await api.call('/usage', { body: { ...usage, agent: 'taken' }, key: 'taken', headers: asOperator });
  await api.call('/config', {
    method: 'PATCH',
    body: { bulkMaxItems: 9_999 },
    key: 'taken',
    headers: asOperator,
  });
  const tenantKey = await makeKey(api, 'acme');
  const requests = exampleRequests(({ path }) => idsOf(made, path));
  await refuseAll(api, requests, tenantKey);
  // Requests for names that do not exist.
  for (const { method, path, body, operation } of exampleRequests(() => unknownNames)) {
    const key = operation.name === 'readKeyState' ? 'never-seen' : undefined;
    const named =
      method === 'GET'
        ? {}
        : { body: operation.name === 'settle' ? { ...usage, requests: undefined } : body };
    await api.call(path, { method, ...named, headers: asOperator, ...(key === undefined ? {} : { key }) });
  }
  await api.call('/settle', { body: { agent: 'agent-7', serviceId: 'nothing' }, headers: asOperator });
  // Requests for a tenant that does not exist.
  for (const { method, path, body } of requests) {
    const headers = { ...asAdmin, 'x-tenant': 'nowhere' };
    await api.call(path, method === 'GET' ? { headers } : { method, body, headers });
  }
  await refuseByState(api, made);
  // The partition of the answers has been dropped with its day: the key is refused.
  clock.nowMs += 86_400_001;
  for (const { key, ...request } of sent) {
    const { status } = await api.call(request.path, { ...request, key, headers: asOperator });
    assert.equal(status, 410, `${request.method} ${request.path}`);
  }
  await api.call('/config', { method: 'PATCH', body: { rateLimitPerMinute: 1 }, headers: asOperator });
  clock.nowMs += 60_000;
  for (const { operation, method, path } of requests) {
    if (isOpen(operation)) continue;
    for (let tries = 0; tries < 50; tries++) {
      const { status } = await api.call(path, { method, headers: asOperator });
      if (status === 429) break;
    }
  }
  seen.assertAll(
    (status) => [401, 402, 403, 404, 409, 410, 412, 413, 415, 422, 429, 431].includes(status),
    excused,
  );
});

const excused = {
  'settle 422': 'a bill beyond 2^63 - 1 stroops: see account.test.ts and settle.test.ts',
  'writeOffCredit 422': 'the same',
  'settleBulk 422': 'the same, and more than 10,000 accounts',
  'reverseEntry 422': 'more than 10,000 refunds that are not used up',
  'clearAccount 422': 'the same',
  'putService 422': 'more than 10,000 price versions: see decide.test.ts',
  'setPrice 422': 'the same',
  'readStatement 422': 'more lines than a statement may have: see statement-bounds.test.ts',
  'exportStatementCsv 422': 'as for readStatement',
  'printStatement 422': 'as for readStatement',
  'putAsset 422': 'more than 100 assets: see assets.test.ts',
  'createRefund 422': 'more than 10,000 refunds that are not used up',
  'listAgentTotals 422': 'more agents than can be sorted: see agent-totals.test.ts',
  'readHealthBare 431': 'outside of /api/v1; refused before any route is looked for',
};

/** Refusals that depend on the content of the books. */
async function refuseByState(api: Api, made: PathValues): Promise<void> {
  const call = (method: string, path: string, body?: unknown) =>
    api.call(path, { method, body, headers: asOperator });
  await call('POST', '/usage', { ...usage, occurredAt: '2001-01-01T00:00:00Z' });
  await call('POST', '/usage/bulk?mode=atomic', { items: [usage, { ...usage, requests: 0 }] });
  await call('POST', '/settle', { agent: 'agent-7', serviceId: 'input-tokens', expectedStroops: '1' });
  await call('POST', `/entries/${made['entryId']}/reverse`, { reason: 'once more' });
  const used = await call('POST', '/usage', { ...usage, agent: 'agent-8' });
  await call('POST', '/settle', { agent: 'agent-8', serviceId: 'input-tokens' });
  const usedId = used.headers.get('location')?.split('/').at(-1);
  await call('POST', `/entries/${usedId}/reverse`, { reason: 'a mistake' });
  const wrong = { reason: 'account closed', expectedStroops: '1' };
  await call('POST', '/credits/agent-8/input-tokens/write-off', wrong);
  const limit = { window: 'day', max: { quantity: '1000000000' }, action: 'refuse' };
  for (let count = 0; count < 17; count++) {
    await call('POST', '/webhooks', { url: `https://hooks.example/${count}`, events: ['*'] });
    await call('PUT', `/limits/limit-${count}`, limit);
  }
  await refuseByBalance(call);
  await call('POST', '/usage', { ...usage, serviceId: 'input-tokens' });
  await call('DELETE', '/services/input-tokens');
}

/** Refusals that depend on a balance or a hold. */
async function refuseByBalance(
  call: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>,
): Promise<void> {
  const poor = { agent: 'agent-9', serviceId: 'input-tokens', requests: 1_000_000 };
  const unpriced = { ...poor, serviceId: 'unpriced' };
  for (const path of ['/usage', '/holds']) {
    for (const body of [poor, unpriced]) await call('POST', path, body);
  }
  await call('POST', '/agents/agent-9/grants', { amount: '1', id: 'grant-3' });
  await call('POST', '/agents/agent-9/grants/grant-1/void?expectedAmount=999');
  await call('POST', '/holds', { ...poor, requests: 1, id: 'hold-3' });
  await call('POST', '/holds/hold-3/capture', { requests: 1_000_000 });
  await call('POST', '/holds/hold-3/capture', { requests: 1, occurredAt: '2001-01-01T00:00:00Z' });
  const unknown = { mode: 'prepaid', asset: 'NONE' };
  await call('PUT', '/agents/agent-9/billing', unknown);
  await call('PUT', '/billing-policy', unknown);
  await call('POST', '/agents/agent-9/grants', { amount: '1', asset: 'NONE' });
  for (let count = 0; count < 100; count++) await call('POST', '/agents/agent-10/grants', { amount: '1' });
  await call('POST', '/agents/agent-10/grants', { amount: '1' });
}

test('every operation refuses a request without Host', async (t) => {
  const { app } = await startInProcess(t, protectedMode);
  for (const { method, path, operation } of exampleRequests(() => unknownNames)) {
    const connection = await connectTo(t, app.url);
    await connection.write(`${method} /api/v1${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
    assert.equal((await connection.answer()).status, 400, operation.name);
    assert.ok(operation.statuses.includes(400), operation.name);
  }
});

test('every operation with a body refuses one that never ends', async (t) => {
  const { app } = await startInProcess(t, { ...protectedMode, REQUEST_TIMEOUT_MS: '400' });
  const writes = exampleRequests(() => unknownNames).filter(({ method }) => method !== 'GET');
  const key = `X-API-Key: ${adminKey}\r\nX-Tenant: acme\r\nX-Tenant-Create: true\r\n`;
  const headers = `Host: localhost\r\n${key}Content-Type: application/json\r\nContent-Length: 9\r\n`;
  // A server that reads a head slowly answers the same.
  await Promise.all(
    writes.map(async ({ method, path, operation }) => {
      const connection = await connectTo(t, app.url);
      await connection.write(`${method} /api/v1${path} HTTP/1.1\r\n${headers}\r\n{`);
      assert.equal((await connection.answer()).status, 408, operation.name);
      assert.ok(operation.statuses.includes(408), operation.name);
    }),
  );
});

test('every operation that can refuse answers with both forms of an error', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  for (const { operation, method, path } of exampleRequests(() => unknownNames)) {
    if (isOpen(operation)) continue;
    for (const accept of ['application/json', 'application/problem+json']) {
      const answer = await api.call(path, { method, headers: { accept } });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('content-type')?.split(';')[0], accept, operation.name);
    }
  }
});

test('a 500 is documented for every operation', () => {
  for (const { name, statuses } of documentedOperations) assert.ok(statuses.includes(500), name);
});
