import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { rawExchange } from './harness/raw-http.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const account = { agent: 'agent-7', serviceId: 'search' };

type Limits = {
  readonly scopes?: readonly string[];
  readonly agent?: string;
  readonly serviceId?: string;
};

async function started(t: Parameters<typeof startInProcess>[0]) {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const acme = await apiOfTenant(api, 'acme');
  await acme.post('/services', { serviceId: 'search', priceStroops: 5 }, 'service');
  const limited = async (limits: Limits): Promise<Api> => {
    const made = await api.post(
      '/api-keys',
      { label: 'limited', tenant: 'acme', ...limits },
      undefined,
      asAdmin,
    );
    assert.equal(made.status, 201, made.text);
    return withHeaders(api, { 'x-api-key': String(made.json.key) });
  };
  return { api, acme, clock, limited };
}

function assertScope(answer: ApiAnswer, scope: string): void {
  assert.equal(answer.status, 403, answer.text);
  assert.equal(answer.json.error, 'insufficient_scope');
  assert.equal(answer.json.requiredScope, scope);
  const expected = `Bearer realm="billonce", error="insufficient_scope", scope="${scope}"`;
  assert.equal(answer.headers.get('www-authenticate'), expected);
}

type Binding = Readonly<Record<string, string>>;

/** Asserts that an answer refuses because of the binding of a key: the only binding, or one of several. */
function assertBound(answer: ApiAnswer, bound: Binding | readonly Binding[]): void {
  assert.equal(answer.status, 403, answer.text);
  assert.equal(answer.json.error, 'insufficient_scope');
  const isThat = (binding: Binding) => isDeepStrictEqual(answer.json.boundTo, binding);
  assert.ok([bound].flat().some(isThat), answer.text);
}

/** A request for each scope, and its status with the right to it. */
const requests = [
  { scope: 'read', status: 200, send: (api: Api) => api.get('/usage/agent-7/search') },
  { scope: 'record', status: 201, send: (api: Api) => api.post('/usage', usage) },
  { scope: 'settle', status: 200, send: (api: Api) => api.post('/settle', account) },
  {
    scope: 'manage',
    status: 200,
    send: (api: Api) => api.call('/services/search/price', { method: 'PATCH', body: { priceStroops: 6 } }),
  },
] as const;

test('a read-only key sees webhooks without their possible secrets, and cannot change them', async (t) => {
  const { acme, limited } = await started(t);
  const url = 'https://hooks.example:8443/services/T0-secret?token=secret';
  const { id } = (await acme.post('/webhooks', { url, events: ['usage.settled'] }, 'hook')).json;
  await acme.post(`/webhooks/${id}/test`, {});
  const reads = ['/webhooks', `/webhooks/${id}`, `/webhooks/${id}/deliveries`, '/audit-log'];
  const [reader, manager, both] = await Promise.all(
    [['read'], ['manage'], ['read', 'manage']].map((scopes) => limited({ scopes })),
  );
  assert.ok(reader && manager && both);
  for (const api of [reader, manager, both, acme]) {
    for (const path of reads) {
      const answer = await api.get(path);
      assert.equal(answer.status, 200, answer.text);
      if (api === reader) assert.doesNotMatch(answer.text, /secret\b(?!Changed)/);
    }
    const shown = (await api.get(`/webhooks/${id}`)).json.url;
    assert.equal(shown, api === reader ? 'https://hooks.example:8443' : url);
  }
  const change = { method: 'PATCH', body: { disabled: true } };
  assertScope(await reader.call(`/webhooks/${id}`, change), 'manage');
  assertScope(await reader.post(`/webhooks/${id}/test`, {}), 'manage');
  const recorder = await limited({ scopes: ['record'] });
  for (const path of reads) assertScope(await recorder.get(path), 'read');
});

test('the log does not show a key that only reads which addresses other keys are limited to', async (t) => {
  const { api, limited } = await started(t);
  const body = { label: 'office', tenant: 'acme', allowedAddresses: ['192.0.2.0/24'] };
  assert.equal((await api.post('/api-keys', body, undefined, asAdmin)).status, 201);
  const log = async (scopes: readonly string[]) => (await (await limited({ scopes })).get('/audit-log')).text;
  assert.match(await log(['manage']), /192\.0\.2\.0/);
  const read = await log(['read']);
  assert.match(read, /"label":"office"/);
  assert.doesNotMatch(read, /192\.0\.2\.0|allowedAddresses/);
});

test('a key can call the operations of its scopes, and no others', async (t) => {
  const { limited, acme } = await started(t);
  for (const { scope } of requests) {
    const api = await limited({ scopes: [scope] });
    for (const request of requests) {
      const answer = await request.send(api);
      if (request.scope === scope) assert.equal(answer.status, request.status, answer.text);
      else assertScope(answer, request.scope);
    }
    assert.equal((await api.get('/version')).status, 200);
  }
  const both = await limited({ scopes: ['settle', 'read'] });
  assert.equal((await both.get('/usage/agent-7/search')).status, 200);
  assert.equal((await both.post('/settle', account)).status, 200);
  assertScope(await both.post('/usage', usage), 'record');
  for (const request of requests) assert.equal((await request.send(acme)).status, request.status);
});

test('a key without the required scope gets no replayed answer, and changes no stored one', async (t) => {
  const { acme, limited } = await started(t);
  await acme.post('/usage', usage, 'u');
  const settled = await acme.post('/settle', account, 's');
  const reader = await limited({ scopes: ['read', 'record'] });
  assertScope(await reader.post('/settle', account, 's'), 'settle');
  const recorder = await limited({ scopes: ['record'] });
  assertScope(await recorder.get('/idempotency', { 'idempotency-key': 's' }), 'read');
  const other = await limited({ agent: 'agent-8' });
  assertBound(await other.post('/usage', usage, 'u'), { agent: 'agent-8' });
  assertBound(await other.post('/settle', account, 's'), { agent: 'agent-8' });
  assertBound(await other.get('/idempotency', { 'idempotency-key': 's' }), { agent: 'agent-8' });
  // A key with the right can do so: its retry counts as a retry of the tenant.
  const settler = await limited({ scopes: ['settle'], agent: 'agent-7', serviceId: 'search' });
  const replay = await settler.post('/settle', account, 's');
  assert.equal(replay.text, settled.text);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
});

test("a request outside the key's scope is refused before its body is read", async (t) => {
  const { api, limited } = await started(t);
  const reader = await limited({ scopes: ['read'] });
  const made = await reader.post('/usage/bulk', 'not JSON at all');
  assertScope(made, 'record');
  const key = (
    await api.post('/api-keys', { label: 'raw', tenant: 'acme', scopes: ['read'] }, undefined, asAdmin)
  ).json.key;
  // Only the declared length of this body ever arrives.
  const head = `POST /api/v1/usage/bulk HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 8000000\r\nConnection: close\r\n\r\n`;
  const answer = await rawExchange(t, api.url, head);
  assert.equal(answer.status, 403, answer.body);
});

test('a key bound to an agent or a service is limited to it in path, query, body and every item', async (t) => {
  const { acme, limited } = await started(t);
  await acme.post('/services', { serviceId: 'other', priceStroops: 5 }, 'service-2');
  const ofAgent = await limited({ agent: 'agent-7' });
  const ofService = await limited({ serviceId: 'search' });
  const ofBoth = await limited({ agent: 'agent-7', serviceId: 'search' });
  for (const api of [ofAgent, ofService, ofBoth]) {
    assert.equal((await api.post('/usage', usage)).status, 201);
    const bulk = await api.post('/usage/bulk', { items: [usage, 'no item', { ...usage, agent: 7 }] });
    assert.deepEqual(
      bulk.json.results.map(({ ok }: { readonly ok: boolean }) => ok),
      [true, false, false],
    );
    assert.equal((await api.get('/billing/agent-7/search')).status, 200);
    assert.equal((await api.get('/entries?agent=agent-7&serviceId=search')).status, 200);
    assert.equal((await api.get('/services/search')).status, 200);
    assert.equal((await api.call('/usage/agent-7/search', { method: 'DELETE' })).status, 200);
  }
  const agent = { agent: 'agent-7' };
  const service = { serviceId: 'search' };
  const before = (await acme.get('/entries?limit=1000')).json.items.length;
  const otherAgent = { ...usage, agent: 'agent-8' };
  const otherService = { ...usage, serviceId: 'other' };
  const refused = [
    [ofAgent, [agent]],
    // The result is the same for either binding that is checked first.
    [ofBoth, [agent, service]],
  ] as const;
  for (const [api, bound] of refused) {
    assertBound(await api.post('/usage', otherAgent), bound);
    assertBound(await api.post('/usage/bulk', { items: [usage, otherAgent] }), bound);
    assertBound(await api.post('/settle', { ...account, agent: 'agent-8' }), bound);
    assertBound(await api.post('/settle/bulk', { agent: 'agent-8' }), bound);
    assertBound(await api.get('/usage/agent-8/search'), bound);
    assertBound(await api.get('/usage/agent%2D8/search'), bound);
    assertBound(await api.get('/entries'), bound);
    assertBound(await api.get('/entries?serviceId=search'), bound);
    assertBound(await api.get('/entries/export.csv?agent=agent-8&serviceId=search'), bound);
    assertBound(await api.get('/usage/export.json'), bound);
    assertBound(await api.get('/events'), bound);
    assertBound(await api.post('/reconcile', { items: [{ id: 'a', requests: 1 }] }), bound);
    assertBound(await api.post('/services', { serviceId: 'search', priceStroops: 1 }), bound);
    assertBound(await api.get('/services/search/agents'), bound);
    assertBound(await api.get('/webhooks'), bound);
  }
  assertBound(await ofService.post('/usage', otherService), service);
  assertBound(await ofService.post('/usage/bulk', { items: [usage, otherService] }), service);
  assertBound(await ofService.post('/settle/bulk', { agent: 'agent-7' }), service);
  assertBound(await ofService.get('/services/other'), service);
  assertBound(await ofService.get('/services'), service);
  assertBound(
    await ofService.post('/services/bulk', { items: [{ serviceId: 'other', priceStroops: 1 }] }),
    service,
  );
  assertBound(await ofBoth.get('/usage/agent-7/other'), service);
  assert.equal((await ofAgent.get('/services/other')).status, 200, 'a price is of no agent');
  assert.equal((await ofAgent.get('/services')).status, 200);
  assert.equal((await ofAgent.get('/agents/agent-7/usage')).status, 200);
  assert.equal((await acme.get('/entries?limit=1000')).json.items.length, before, 'nothing was applied');
});

test('a bound key can read its own entries and settlements by their ids, and no others', async (t) => {
  const { acme, limited } = await started(t);
  const read = async (api: Api, paths: readonly string[], status: number) => {
    for (const path of paths) {
      const answer = await api.get(path);
      assert.equal(answer.status, status, path);
      if (status === 404) assert.equal(answer.text.includes('agent-7'), false);
    }
  };
  const entry = await acme.post('/usage', usage);
  const { settlementId } = (await acme.post('/settle', account)).json;
  const settlement = `/settlements/${settlementId}`;
  const location = entry.headers.get('location')?.replace('/api/v1', '') ?? '';
  const paths = [location, settlement, `${settlement}/entries`];
  await read(await limited({ agent: 'agent-7' }), paths, 200);
  await read(await limited({ agent: 'agent-7', serviceId: 'search' }), paths, 200);
  await read(await limited({ agent: 'agent-8' }), paths, 404);
  await read(await limited({ agent: 'agent-7', serviceId: 'other' }), paths, 404);
  await read(await limited({ scopes: ['record'], agent: 'agent-7' }), paths, 403);
});

test('a list of settlement entries with the filter of a bound key contains no others', async (t) => {
  const { acme, limited } = await started(t);
  await acme.post('/usage', { ...usage, agent: 'agent-8' });
  const { settlementId } = (await acme.post('/settle', { ...account, agent: 'agent-8' })).json;
  const bound = await limited({ agent: 'agent-7' });
  const listed = await bound.get(`/entries?agent=agent-7&settlementId=${settlementId}`);
  assert.deepEqual(listed.json.items, []);
  assert.equal((await bound.get(`/settlements/${settlementId}`)).status, 404);
  assert.equal((await bound.get(`/settlements/${settlementId}/entries`)).status, 404);
});

test('the rights of a key are shown when it is created and listed, and survive its rotation', async (t) => {
  const { api } = await started(t);
  const admin = withHeaders(api, asAdmin);
  const limits = { scopes: ['record', 'read'], agent: 'agent-7', serviceId: 'search' };
  const made = (await admin.post('/api-keys', { label: 'limited', tenant: 'acme', ...limits })).json;
  const rightsOf = ({ scopes, agent, serviceId }: typeof limits) => ({ scopes, agent, serviceId });
  assert.deepEqual(rightsOf(made), limits);
  const rotated = (await admin.call(`/api-keys/${made.prefix}/rotate`, { method: 'POST' })).json;
  assert.deepEqual(rightsOf(rotated), limits);
  const { items } = (await admin.get('/api-keys')).json;
  const unlimited = { scopes: ['read', 'record', 'settle', 'manage'], agent: null, serviceId: null };
  for (const item of items) {
    const expected = [made.prefix, rotated.prefix].includes(item.prefix) ? limits : unlimited;
    assert.deepEqual(rightsOf(item), expected);
  }
  const byNew = withHeaders(api, { 'x-api-key': String(rotated.key) });
  assertScope(await byNew.post('/settle', account), 'settle');
  assertBound(await byNew.post('/usage', { ...usage, agent: 'agent-8' }), { agent: 'agent-7' });
});

test('invalid scopes are refused, and create no key', async (t) => {
  const { api } = await started(t);
  const wrong = [
    { scopes: [] },
    { scopes: ['write'] },
    { scopes: ['read', 'read'] },
    { scopes: 'read' },
    { scopes: null },
    { agent: '' },
    { serviceId: 'a b' },
    { scope: ['read'] },
  ];
  for (const limits of wrong) {
    const answer = await api.post(
      '/api-keys',
      { label: 'limited', tenant: 'acme', ...limits },
      undefined,
      asAdmin,
    );
    assert.equal(answer.status, 400, JSON.stringify(limits));
  }
  assert.equal((await api.get('/api-keys', asAdmin)).json.items.length, 1);
});
