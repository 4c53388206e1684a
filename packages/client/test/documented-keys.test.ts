// The scopes that the README names for its calls: a key with exactly one is enough, and one with all others is refused.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { type Billonce, BillonceError, createBillonce } from '@billonce/client';
import { checkTried, tried } from '../../idempotency/test/harness/tried-scopes.ts';
import { TestServer } from './harness/server.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const allScopes = ['read', 'record', 'settle', 'manage'];
const adminKey = randomBytes(32).toString('hex');
const server = await TestServer.start(after, { ADMIN_API_KEY: adminKey });
const agent = 'agent-7';
const account = { agent, serviceId: 'search' };

/** A caller with a key of these scopes. */
async function withKey(scopes: readonly string[], bounds: object = {}): Promise<Billonce> {
  const made = await fetch(`${server.url}/api/v1/api-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': adminKey },
    body: JSON.stringify({ label: 'sdk', tenant: 'acme', scopes, ...bounds }),
  });
  const { key }: { key?: unknown } = Object(await made.json());
  assert.equal(typeof key, 'string');
  return createBillonce({ url: server.url, apiKey: String(key) });
}

const all = await withKey(allScopes);
await all.services.put({ serviceId: 'search', priceStroops: 5 });
await all.usage.record({ ...account, requests: 3 }, { idempotencyKey: 'first-usage' });

let names = 0;
const newName = () => {
  names += 1;
  return `piece-of-work-${names}`;
};
const held = async () => (await all.holds.create({ ...account, requests: 2, id: newName() })).id;
const recorded = async () => {
  const id = newName();
  await all.usage.record({ ...account, requests: 1, id });
  for await (const entry of all.entries.list(account)) if (entry.usageId === id) return entry.id;
  throw new Error('it was not recorded');
};
/** The first item of a list. */
const first = async (list: AsyncIterable<unknown>) => {
  for await (const item of list) return item;
  return undefined;
};

/** A use of each call that the README names. */
const uses: Readonly<Record<string, (billonce: Billonce) => Promise<unknown>>> = {
  'usage.record': (billonce) => billonce.usage.record({ ...account, requests: 1 }),
  'usage.recordBulk': (billonce) => billonce.usage.recordBulk([{ ...account, requests: 1 }]),
  recorder: async (billonce) => {
    const codes: string[] = [];
    const recorder = billonce.recorder({
      onRefused: (_item, { error }) => codes.push(error),
      onFault: ({ code }) => codes.push(code),
    });
    recorder.add({ ...account, requests: 1 });
    const { waiting } = await recorder.close({ deadlineMs: 1_000 });
    if (codes.includes('insufficient_scope')) {
      throw new BillonceError('insufficient_scope', `${waiting} items wait`, { status: 403 });
    }
    assert.deepEqual([codes, waiting], [[], 0]);
  },
  // A hold that another process made for the same work is used again.
  withHold: async (billonce) => {
    const id = await held();
    return await billonce.withHold({ ...account, requests: 2, id }, async () => ({
      requests: 1,
      result: id,
    }));
  },
  'holds.create': (billonce) => billonce.holds.create({ ...account, requests: 2, id: newName() }),
  'holds.capture': async (billonce) => billonce.holds.capture(await held(), { requests: 1 }),
  'holds.release': async (billonce) => billonce.holds.release(await held()),
  'usage.total': (billonce) => billonce.usage.total(account),
  'entries.list': (billonce) => first(billonce.entries.list(account)),
  'billing.quote': (billonce) => billonce.billing.quote(account),
  'settlements.list': (billonce) => first(billonce.settlements.list({ agent })),
  'balances.get': (billonce) => billonce.balances.get(agent),
  'services.list': (billonce) => first(billonce.services.list({})),
  'agents.list': (billonce) => first(billonce.agents.list()),
  'events.list': (billonce) => first(billonce.events.list({})),
  'idempotency.lookup': (billonce) => billonce.idempotency.lookup('first-usage'),
  settle: async (billonce) => {
    await recorded();
    return await billonce.settle(account);
  },
  'settlements.settleAgent': async (billonce) => {
    await recorded();
    return await billonce.settlements.settleAgent(agent);
  },
  'entries.reverse': async (billonce) => billonce.entries.reverse(await recorded(), 'a mistake'),
  'services.put': (billonce) => billonce.services.put({ serviceId: newName(), priceStroops: 5 }),
  'balances.grant': (billonce) => billonce.balances.grant(agent, { amount: '1', id: newName() }),
  'balances.setBilling': (billonce) => billonce.balances.setBilling(agent, { mode: 'postpaid' }),
  'webhooks.create': (billonce) =>
    billonce.webhooks.create({ url: `https://${newName()}.example.com/`, events: ['*'] }),
};

/** The names of calls in a text. */
const callsIn = (text = '') =>
  [...text.matchAll(/`([\w.]+)(?:\([^`]*\))?`/g)].map(([, name = '']) => name).filter((name) => name in uses);

/** The scope that the README names for each call. */
const scopeOf = readme.split('\n').flatMap((line) => {
  const [, scope = '', calls] = /^\| `(\w+)` \|(.*)\|$/.exec(line) ?? [];
  return allScopes.includes(scope) ? callsIn(calls).map((name) => [name, scope] as const) : [];
});

test('the README names the scope of each call of its table, once', () => {
  const table = /\| to do \| call \|\n([\s\S]*?)\n\n/.exec(readme)?.[1];
  const called = [...(table ?? '').matchAll(/`([\w.]+)\(/g)].map(([, name]) => name);
  const expected = called.filter((name) => name !== 'call').sort();
  assert.deepEqual(scopeOf.map(([name]) => name).sort(), expected);
  assert.deepEqual(Object.keys(uses).sort(), expected);
});

const isRefused = (error: unknown) =>
  error instanceof BillonceError && error.status === 403 && error.code === 'insufficient_scope';

for (const [name, scope] of scopeOf) {
  test(`a key with the scope ${scope} is enough for ${name}, and the scope is needed`, async () => {
    await uses[name]?.(await withKey([scope]));
    tried('packages/client/README.md', [scope]);
    const others = await withKey(allScopes.filter((other) => other !== scope));
    await assert.rejects(async () => uses[name]?.(others), isRefused);
  });
}

test('a key that is bound to an agent is refused what the README says, and nothing else', async () => {
  const bound = await withKey(allScopes, { agent });
  const refused: string[] = [];
  for (const [name, use] of Object.entries(uses)) {
    await use(bound).catch((error: unknown) => {
      assert.ok(isRefused(error), `${name}: ${error}`);
      refused.push(name);
    });
  }
  const manages = scopeOf.filter(([, scope]) => scope === 'manage').map(([name]) => name);
  const said = ['agents.list', 'events.list', 'idempotency.lookup', 'entries.reverse'];
  assert.deepEqual(refused.sort(), [...said, ...manages].sort());
});

checkTried(import.meta.url);
