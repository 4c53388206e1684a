import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountName } from '../src/domain/account-name.ts';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { rawExchange } from './harness/raw-http.ts';
import { startReceiver } from './harness/receiver.ts';
import { rounds } from './harness/rounds.ts';
import { type Random, seededRandom } from './harness/seeded-random.ts';

const letters = [...'aZ7._-@:/|+~#$!*'];
const separators = [...':/|+~#$!*@._-'];

const encoded = encodeURIComponent;

function isName(text: string): boolean {
  return text !== '.' && text !== '..' && !text.includes('::');
}

function randomName(random: Random, lengthMax: number): string {
  for (;;) {
    const length = 1 + random.below(random.pick([2, 6, lengthMax]));
    const name = Array.from({ length }, () => random.pick(letters)).join('');
    if (isName(name)) return name;
  }
}

/** Pairs that a careless key would confuse: one text, cut at each of its separators. */
function cutPairs(separator: string): readonly (readonly [string, string])[] {
  const parts = ['a', 'b', 'c', 'd'];
  const cuts = parts.slice(1).map((_, index) => {
    const at = index + 1;
    return [parts.slice(0, at).join(separator), parts.slice(at).join(separator)] as const;
  });
  return [...cuts, [`a${separator}`, 'b'], ['a', `${separator}b`]];
}

interface Usage {
  readonly agent: string;
  readonly serviceId: string;
  readonly requests: number;
}

/** Usage of distinct accounts, each with a different number of requests, so that a confusion is visible. */
function drawUsage(random: Random, count: number): Usage[] {
  const drawn = Array.from(
    { length: count },
    () => [randomName(random, 256), randomName(random, 128)] as const,
  );
  const pairs = [...separators.flatMap(cutPairs), ...drawn].filter(([a, s]) => isName(a) && isName(s));
  const distinct = new Map(pairs.map((pair) => [JSON.stringify(pair), pair]));
  return [...distinct.values()].map(([agent, serviceId], index) => ({
    agent,
    serviceId,
    requests: 1 + index,
  }));
}

async function all(api: Api, path: string, member: string): Promise<unknown[]> {
  const items: unknown[] = [];
  const join = path.includes('?') ? '&' : '?';
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ApiAnswer = await api.get(`${path}${join}limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
    assert.equal(page.status, 200, page.text);
    items.push(...page.json[member]);
    cursor = page.json[member].length === 0 ? null : page.json.nextCursor;
  }
  return items;
}

const total = (usage: readonly Usage[]) => usage.reduce((sum, { requests }) => sum + requests, 0);
const sorted = (list: Iterable<unknown>) => [...new Set(list)].sort();

function pairOf(item: unknown): string {
  return `${Reflect.get(Object(item), 'agent')} ${Reflect.get(Object(item), 'serviceId')}`;
}

async function checkAccount(api: Api, { agent, serviceId, requests }: Usage): Promise<void> {
  const path = `${encoded(agent)}/${encoded(serviceId)}`;
  const named = { agent, serviceId };
  assert.deepEqual((await api.get(`/usage/${path}`)).json, { ...named, total: requests });
  const query = `agent=${encoded(agent)}&serviceId=${encoded(serviceId)}`;
  const listed = await api.get(`/entries?${query}`);
  assert.deepEqual(
    listed.json.items.map((item: Usage) => [item.agent, item.serviceId, item.requests]),
    [[agent, serviceId, requests]],
  );
  const quote = await api.get(`/billing/${path}`);
  assert.equal(quote.json.requests, requests, quote.text);
  assert.equal(quote.json.agent, agent);
}

test('names of every kind stay distinct in the whole API', async (t) => {
  const random = seededRandom(t);
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '5000' });
  const usage = drawUsage(random, rounds({ test: 20, prove: 1_500 }));
  for (const serviceId of new Set(usage.map((one) => one.serviceId))) {
    const made = await api.post('/services', { serviceId, priceStroops: 2 });
    assert.equal(made.status, 201, made.text);
    const location = made.headers.get('location') ?? '';
    assert.equal(location, `/api/v1/services/${encoded(serviceId)}`);
    assert.equal((await api.get(location.slice('/api/v1'.length))).json.serviceId, serviceId);
  }
  const recorded = await api.post('/usage/bulk', { items: usage }, 'all');
  assert.ok(
    recorded.json.results.every(({ ok }: { ok: boolean }) => ok),
    recorded.text,
  );
  for (const one of usage) await checkAccount(api, one);
  const pairs = usage.map(({ agent, serviceId }) => `${agent} ${serviceId}`).sort();
  assert.deepEqual(sorted((await all(api, '/entries', 'items')).map(pairOf)), pairs);
  const events = await all(api, '/events?type=usage.recorded&order=asc', 'items');
  assert.deepEqual(sorted(events.map((event) => pairOf(Reflect.get(Object(event), 'data')))), pairs);

  const agents = sorted(usage.map(({ agent }) => agent));
  assert.deepEqual(await all(api, '/agents', 'agents'), agents);
  for (const agent of agents.map(String)) {
    const own = usage.filter((one) => one.agent === agent);
    assert.equal((await api.get(`/agents/${encoded(agent)}/total`)).json.total, total(own));
    const services = await all(api, `/agents/${encoded(agent)}/usage`, 'items');
    assert.equal(services.length, own.length, agent);
  }
  const services = sorted(usage.map(({ serviceId }) => serviceId));
  const found = (await all(api, '/services', 'services')) as { readonly serviceId: string }[];
  assert.deepEqual(
    found.map(({ serviceId }) => serviceId),
    services,
  );
  for (const serviceId of services.map(String)) {
    const own = usage.filter((one) => one.serviceId === serviceId);
    assert.equal((await api.get(`/services/${encoded(serviceId)}/usage`)).json.total, total(own));
    const by = await all(api, `/services/${encoded(serviceId)}/agents`, 'items');
    assert.equal(by.length, own.length, serviceId);
    const filtered = (await api.get(`/services?prefix=${encoded(serviceId)}&limit=1000`)).json.services;
    assert.ok(filtered.some((one: { serviceId: string }) => one.serviceId === serviceId));
    const part = (await api.get(`/services?q=${encoded(serviceId)}&limit=1000`)).json.services;
    assert.ok(part.some((one: { serviceId: string }) => one.serviceId === serviceId));
  }

  const [cleared, ...rest] = usage;
  if (cleared === undefined) throw new Error('no usage was drawn');
  const path = `/usage/${encoded(cleared.agent)}/${encoded(cleared.serviceId)}`;
  const gone = await api.call(path, { method: 'DELETE', key: 'clear' });
  assert.equal(gone.json.clearedTotal, cleared.requests, gone.text);
  let settledStroops = 0;
  for (const { agent, serviceId, requests } of rest) {
    const settled = await api.post('/settle', { agent, serviceId });
    assert.equal(settled.json.billedStroops, String(2 * requests), settled.text);
    settledStroops += 2 * requests;
    const query = `agent=${encoded(agent)}&serviceId=${encoded(serviceId)}`;
    assert.equal((await api.get(`/settlements?${query}`)).json.items.length, 1);
  }
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.settled.stroops, String(settledStroops));
  assert.equal(audit.accounts, usage.length);
});

test('names are unchanged in exports, reversals by id and webhook messages', async (t) => {
  const receiver = await startReceiver(t);
  const { api, app } = await startInProcess(t, { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' });
  const account = { agent: letters.join(''), serviceId: letters.toReversed().join('') };
  await api.post('/webhooks', { url: receiver.url, events: ['*'] });
  const recorded = await api.post('/usage', { ...account, requests: 3, id: 'row-1' });
  const path = recorded.headers.get('location')?.slice('/api/v1'.length) ?? '';
  assert.deepEqual((await api.get('/usage/export.json')).json.items, [{ ...account, total: 3 }]);
  assert.equal(pairOf((await api.get('/entries/export.json')).json.items[0]), pairOf(account));
  const reversed = await api.post(`${path}/reverse`, { reason: 'a test' });
  assert.equal(reversed.status, 201, reversed.text);
  assert.equal(pairOf(reversed.json), pairOf(account));
  await app.outbox.runOnce();
  await receiver.has(2);
  for (const { body } of receiver.received) assert.equal(pairOf(JSON.parse(body).data), pairOf(account));
});

test('no two pairs of names share a key', (t) => {
  const random = seededRandom(t);
  const pairs = drawUsage(random, rounds({ test: 5_000, prove: 200_000 }));
  assert.equal(
    new Set(pairs.map(({ agent, serviceId }) => accountName(agent, serviceId))).size,
    pairs.length,
  );
});

test('a path is decoded once, in every spelling', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/usage', { agent: 'a/b', serviceId: 'x@y', requests: 3 });
  const get = async (path: string) =>
    await rawExchange(t, api.url, `GET /api/v1/usage/${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  for (const path of ['a%2Fb/x%40y', 'a%2fb/x@y', '%61%2Fb/%78%40%79']) {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    assert.deepEqual(JSON.parse(answer.body), { agent: 'a/b', serviceId: 'x@y', total: 3 }, path);
  }
  // '%252F' is the text '%2F', and no name contains '%'.
  for (const path of ['a%252Fb/x@y', 'a%2Fb%00/x@y', 'a%20b/x@y', 'a%3A%3Ab/x@y', 'a%5Cb/x@y']) {
    const answer = await get(path);
    assert.equal(answer.status, 400, path);
    assert.equal(JSON.parse(answer.body).faults[0].pointer, '/agent', path);
  }
  for (const path of ['a/b/x@y', '%2E%2E/x@y', '../x@y', './x@y', '%2e/x@y']) {
    assert.ok([400, 404].includes((await get(path)).status), path);
  }
});

test('another spelling of the same path is the same request', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/usage', { agent: 'team@x', serviceId: 'a/b', requests: 3 });
  const clear = async (path: string) =>
    await rawExchange(
      t,
      api.url,
      `DELETE /api/v1/usage/${path} HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: clear\r\n\r\n`,
    );
  const first = await clear('team%40x/a%2Fb');
  assert.equal(first.status, 200, first.body);
  const retry = await clear('team@x/a%2fb');
  assert.equal(retry.body, first.body);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  assert.equal((await clear('team@x/a%7Cb')).status, 409);
  const facts = await api.get('/idempotency', { 'idempotency-key': 'clear' });
  assert.equal(facts.json.path, '/api/v1/usage/team%40x/a%2Fb');
});

test('an invalid name is refused with an explanation', async (t) => {
  const { api } = await startInProcess(t);
  const bad = [
    '',
    '.',
    '..',
    'a b',
    'a::b',
    '::',
    'a\tb',
    'a%b',
    'a?b',
    'a&b',
    'a,b',
    'a;b',
    'a"b',
    "a'b",
    'ä',
    'a\\b',
  ];
  for (const name of bad) {
    const answers = [
      await api.post('/usage', { agent: name, serviceId: 's', requests: 1 }),
      await api.post('/usage', { agent: 'a', serviceId: name, requests: 1 }),
      await api.post('/services', { serviceId: name, priceStroops: 1 }),
      await api.post('/api-keys', { label: 'l', tenant: name }),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 400, `${name}: ${answer.text}`);
      for (const { message } of answer.json.faults) assert.doesNotMatch(message, /[\^]|\\|\(\?/);
    }
  }
  const [fault] = (await api.post('/usage', { agent: 'a b', serviceId: 's', requests: 1 })).json.faults;
  assert.match(
    fault.message,
    /^may contain A-Z a-z 0-9 \. _ - @ : \/ \| \+ ~ # \$ ! and '\*'; it is not '\.'/,
  );
  // '+' is a space in a query.
  assert.equal((await api.get('/entries?agent=a+b')).status, 400);
  assert.equal((await api.get('/entries?agent=a%2Bb')).status, 200);
});

test('tenants with names of every kind stay distinct, and none is the operator', async (t) => {
  const admin = { 'x-api-key': 'Zq4mT8vKx2RbW7nLp9Yd' };
  const { api } = await startInProcess(t, { ADMIN_API_KEY: 'Zq4mT8vKx2RbW7nLp9Yd' });
  const tenants = [
    'a',
    'a:b',
    'a/b',
    'a|b',
    '@a',
    '+a',
    '~a',
    '#a',
    '!a',
    '*',
    'a@b.example',
    'x'.repeat(64),
  ];
  for (const [index, tenant] of tenants.entries()) {
    const made = await api.post('/api-keys', { label: 'l', tenant }, undefined, admin);
    assert.equal(made.status, 201, made.text);
    const item = { agent: 'a', serviceId: 's', requests: 1 + index };
    const key = { 'x-api-key': made.json.key };
    assert.equal((await api.post('/usage', item, 'one-key', key)).status, 201);
  }
  for (const [index, tenant] of tenants.entries()) {
    const read = await api.get('/usage/a/s', { ...admin, 'x-tenant': tenant });
    assert.equal(read.json.total, 1 + index, tenant);
  }
  for (const tenant of ['$admin', '$', 'a::b', 'a b', '..', 'x'.repeat(65)]) {
    const refused = await api.get('/usage/a/s', { ...admin, 'x-tenant': tenant });
    assert.equal(refused.status, 400, tenant);
    assert.match(refused.json.message, /^X-Tenant is not a valid tenant name: it /);
  }
});

test('names that a spreadsheet would treat as a formula are exported as text', async (t) => {
  const { api } = await startInProcess(t);
  for (const agent of ['@SUM', '+1', '-a', '|calc', '$a', '#a'])
    await api.post('/usage', { agent, serviceId: '@x/y', requests: 1 });
  const { text } = await api.get('/entries/export.csv');
  for (const field of [`"'@SUM"`, `"'+1"`, `"'-a"`, `"'|calc"`, ',$a,', ',#a,', `"'@x/y"`])
    assert.ok(text.includes(field), `${field} in ${text}`);
  for (const field of text.split(/[,\r\n]/)) assert.doesNotMatch(field, /^[@+|=]/);
});
