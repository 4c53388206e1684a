// A key that is bound to an agent sees and spends only that agent's money: tests every endpoint about money.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const mine = 'agent-mine';
const other = 'agent-other';
const metadata = { customer: 'acme' };

/** Both agents get the same things. Only the names differ. */
async function furnish(api: Api, agent: string) {
  const use = { agent, serviceId: 'search', requests: 1, metadata };
  await api.call(`/agents/${agent}/billing`, { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post(`/agents/${agent}/grants`, { amount: '100', id: `grant-${agent}`, note: `of ${agent}` });
  const recorded = await api.post('/usage', { ...use, id: `usage-${agent}` });
  const hold = { agent, serviceId: 'search', requests: 1 };
  for (const name of ['open', 'ended']) await api.post('/holds', { ...hold, id: `${name}-${agent}` });
  await api.post(`/holds/ended-${agent}/release`, {});
  const settled = await api.post('/settle', { agent, serviceId: 'search' });
  assert.equal(settled.status, 200, settled.text);
  return {
    entry: String(recorded.headers.get('location')?.split('/').at(-1)),
    settlement: String(settled.json.settlementId),
  };
}

async function started(t: Parameters<typeof startInProcess>[0]) {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const seller = await apiOfTenant(api, 'acme');
  await seller.post('/services', { serviceId: 'search', priceStroops: 10_000_000 });
  const limit = { agent: '*', window: 'lifetime', max: { quantity: '1000' }, action: 'refuse' };
  await seller.call('/limits/each', { method: 'PUT', body: limit });
  const made: Readonly<Record<string, Awaited<ReturnType<typeof furnish>>>> = {
    [mine]: await furnish(seller, mine),
    [other]: await furnish(seller, other),
  };
  const key = await api.post(
    '/api-keys',
    { label: 'bound', tenant: 'acme', agent: mine },
    undefined,
    asAdmin,
  );
  return { seller, bound: withHeaders(api, { 'x-api-key': String(key.json.key) }), made };
}

/** Everything that can be read about an agent's money. */
const readsOf = (
  agent: string,
  { entry, settlement }: { readonly entry: string; readonly settlement: string },
) => [
  ...['balance', 'grants', `grants/grant-${agent}`, 'ledger', 'billing', 'limits', 'quote', 'statement'].map(
    (name) => `/agents/${agent}/${name}`,
  ),
  `/agents/${agent}/statement.csv`,
  `/agents/${agent}/allowance?serviceId=search&requests=1`,
  ...[`/usage/${agent}/search`, `/billing/${agent}/search`],
  ...[`/holds?agent=${agent}`, `/holds/open-${agent}`],
  `/entries?agent=${agent}&metadata=customer:acme`,
  `/entries?agent=${agent}&usageId=usage-${agent}`,
  `/entries/export.csv?agent=${agent}&metadata=customer:acme`,
  `/entries/export.json?agent=${agent}`,
  `/entries/${entry}`,
  ...[`/settlements?agent=${agent}`, `/settlements/${settlement}`, `/settlements/${settlement}/entries`],
];

test('a key that is bound to an agent reads everything about the money of that agent, and nothing about that of other agents', async (t) => {
  const { bound, made } = await started(t);
  for (const path of readsOf(mine, made[mine] ?? assert.fail())) {
    const answer = await bound.get(path);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assert.doesNotMatch(answer.text, new RegExp(other), path);
  }
  for (const path of readsOf(other, made[other] ?? assert.fail())) {
    const answer = await bound.get(path);
    assert.ok(answer.status === 403 || answer.status === 404, `${path}: ${answer.status} ${answer.text}`);
  }
  const ofAll = [
    ...['/holds', '/entries?metadata=customer:acme', `/entries?usageId=usage-${other}`, '/settlements'],
    ...[
      '/limits',
      '/limits/each',
      '/audit',
      '/events',
      '/agents',
      '/usage/export.csv',
      '/stats',
      '/audit-log',
    ],
    ...['/entries/export.csv?metadata=customer:acme', `/entries?agent=${mine}&agent=${other}`],
  ];
  for (const path of ofAll) {
    const answer = await bound.get(path);
    assert.ok(answer.status === 403 || answer.status === 400, `${path}: ${answer.status} ${answer.text}`);
    assert.doesNotMatch(answer.text, new RegExp(other), path);
  }
  // A filter that names the key's agent and an object of another agent finds nothing.
  for (const path of [
    `/entries?agent=${mine}&usageId=usage-${other}`,
    `/entries?agent=${mine}&settlementId=${made[other]?.settlement}`,
  ])
    assert.deepEqual((await bound.get(path)).json.items, [], path);
});

test('a key that is bound to an agent spends the money of that agent only, with any ids and any idempotency keys', async (t) => {
  const { seller, bound, made } = await started(t);
  const of = async (agent: string) => {
    const texts = [];
    for (const path of readsOf(agent, made[agent] ?? assert.fail()))
      texts.push((await seller.get(path)).text.replaceAll(/"(asOf|to|until|requestId)":"[^"]*"/g, ''));
    return texts;
  };
  const before = await of(other);
  const use = { agent: other, serviceId: 'search', requests: 1 };
  // Also with the keys under which the other agent's writes were answered.
  await seller.post('/usage', { ...use, id: 'answered' }, 'key-of-other');
  const after = await of(other);
  assert.notDeepEqual(after, before);
  const attempts: readonly (readonly [path: string, body: object, method?: string])[] = [
    ['/usage', use],
    ['/usage', { ...use, id: 'answered' }],
    ['/usage/bulk', { items: [{ ...use, agent: mine }, use] }],
    ['/holds', { ...use, id: 'new' }],
    [`/holds/open-${other}/capture`, { requests: 1 }],
    [`/holds/open-${other}/release`, {}],
    [`/holds/open-${other}/extend`, { expiresInMs: 1_000 }],
    [`/holds/ended-${other}/release`, {}],
    ['/settle', { agent: other, serviceId: 'search' }],
    ['/settle/bulk', { agent: other }],
    [`/entries/${made[other]?.entry}/reverse`, { reason: 'mine' }],
    // The tenant also grants the agent's own money.
    ...[mine, other].flatMap((agent) => [
      [`/agents/${agent}/grants`, { amount: '1' }] as const,
      [`/agents/${agent}/refunds`, { amount: '1', reason: 'mine' }] as const,
      [`/agents/${agent}/grants/grant-${agent}/void`, {}] as const,
      [`/agents/${agent}/billing`, { mode: 'prepaid', overdraft: '1000' }, 'PUT'] as const,
    ]),
    ['/limits/each', { window: 'day', max: { quantity: '1' }, action: 'notify' }, 'PUT'],
    ['/billing-policy', { mode: 'postpaid' }, 'PUT'],
  ];
  for (const [path, body, method = 'POST'] of attempts) {
    for (const key of ['key-of-other', undefined]) {
      const answer = await bound.call(path, { method, body, ...(key === undefined ? {} : { key }) });
      assert.ok(answer.status === 403 || answer.status === 404, `${path}: ${answer.status} ${answer.text}`);
    }
  }
  // Ids belong to the tenant: an id that another agent used is refused, and the answer reveals nothing about it.
  for (const [path, body] of [
    ['/holds', { ...use, agent: mine, id: `open-${other}` }],
    ['/usage', { ...use, agent: mine, id: `usage-${other}` }],
    [`/holds/open-${mine}/capture`, { requests: 1, id: `usage-${other}` }],
  ] as const) {
    const answer = await bound.post(path, body);
    assert.equal(answer.status, 409, `${path}: ${answer.text}`);
    assert.doesNotMatch(answer.text, new RegExp(other));
  }
  assert.deepEqual(await of(other), after);
  const captured = await bound.post(`/holds/open-${mine}/capture`, { requests: 1 });
  assert.equal(captured.status, 201, captured.text);
  assert.equal((await bound.post('/usage', { ...use, agent: mine })).json.available, '97');
  assert.equal((await seller.get('/audit')).json.ok, true);
});
