// The scopes that pages and READMEs of examples name: a key with exactly these is enough for what they say, and a key with all
// others is not.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { type Scope, scopes } from '@billonce/contract';
import { createProvider } from '../../../examples/llm-proxy/provider.ts';
import { checkTried, tried } from '../../../packages/idempotency/test/harness/tried-scopes.ts';
import { openTab } from './dashboard/browsing.ts';
import { type Api, type ApiRequest, apiAt } from './harness/api.ts';
import { startChromium } from './harness/chromium.ts';
import { runHere } from './harness/command.ts';
import { emptyDatabase } from './harness/database.ts';
import { LlmProxy, listenFor } from './harness/llm-proxy.ts';
import { repository } from './harness/npm-start.ts';
import { startProcess } from './harness/process.ts';
import { adminKey, asAdmin, withHeaders } from './harness/tenants.ts';

const account = { agent: 'agent-7', serviceId: 'search' };
const otherThan = (...allowed: readonly Scope[]) => scopes.filter((scope) => !allowed.includes(scope));

interface Started {
  readonly url: string;
  /** with all rights of the tenant */
  readonly api: Api;
  keyWith(allowed: readonly Scope[], bounds?: object): Promise<string>;
  apiWith(allowed: readonly Scope[], bounds?: object): Promise<Api>;
}

/** A server in protected mode, with a service, usage of an agent, and a tenant. */
async function started(t: TestContext): Promise<Started> {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t), ADMIN_API_KEY: adminKey });
  const server = apiAt(url);
  const keyWith = async (allowed: readonly Scope[], bounds: object = {}) => {
    const body = { label: 'job', tenant: 'acme', scopes: allowed, ...bounds };
    const { json, text } = await server.post('/api-keys', body, undefined, asAdmin);
    assert.match(String(json.key), /^apk_/, text);
    return String(json.key);
  };
  const apiWith = async (allowed: readonly Scope[], bounds?: object) =>
    withHeaders(server, { 'x-api-key': await keyWith(allowed, bounds) });
  const api = await apiWith(scopes);
  assert.equal((await api.post('/services', { serviceId: 'search', priceStroops: 5 })).status, 201);
  assert.equal((await api.post('/usage', { ...account, requests: 3, id: 'first' })).status, 201);
  return { url, api, keyWith, apiWith };
}

const post = (path: string, body: object) => [path, { method: 'POST', body }] as const;

/** Operations that the table of scopes names for each. */
const operationsOf: Readonly<Record<Scope, readonly (readonly [path: string, request: ApiRequest])[]>> = {
  read: [
    '/usage/agent-7/search',
    '/billing/agent-7/search',
    '/settlements',
    '/services',
    '/agents',
    '/limits',
    '/events',
    '/webhooks',
    '/audit-log',
  ].map((path) => [path, {}] as const),
  record: [
    post('/usage', { ...account, requests: 1 }),
    post('/usage/bulk', { items: [{ ...account, requests: 1 }] }),
    post('/holds', { ...account, requests: 1 }),
  ],
  settle: [post('/settle', account)],
  manage: [
    post('/services', { serviceId: 'images', priceStroops: 7 }),
    post('/agents/agent-7/grants', { amount: '1' }),
    post('/webhooks', { url: 'https://hooks.example.com/', events: ['*'] }),
    [
      '/limits/daily',
      { method: 'PUT', body: { agent: '*', window: 'day', max: { quantity: '1000' }, action: 'refuse' } },
    ],
  ],
};

/** Reads that the scope manage allows, too, and then with more in the answer. */
const alsoManaged: ReadonlySet<string> = new Set(['/webhooks', '/audit-log']);

test('a key with one scope may do what the page on keys says of it, and a key with all others may not', async (t) => {
  const { apiWith } = await started(t);
  for (const scope of scopes) {
    const allowed = await apiWith([scope]);
    const others = await apiWith(otherThan(scope));
    for (const [path, request] of operationsOf[scope]) {
      const { status, text } = await allowed.call(path, request);
      assert.ok(status < 300, `${scope} ${path}: ${status} ${text}`);
      const { status: refusal } = await others.call(path, request);
      assert.equal(refusal, scope === 'read' && alsoManaged.has(path) ? 200 : 403, `${scope} ${path}`);
    }
    tried('docs/how-to/limit-api-keys.md', [scope]);
  }
});

test('a key that is bound to an agent and a service records and reads its own account alone', async (t) => {
  const { apiWith } = await started(t);
  const bound = await apiWith(['record', 'read'], account);
  assert.equal((await bound.post('/usage', { ...account, requests: 1 })).status, 201);
  assert.equal((await bound.get('/usage/agent-7/search')).status, 200);
  assert.equal((await bound.get('/entries?agent=agent-7&serviceId=search')).status, 200);
  assert.equal((await bound.post('/usage', { ...account, agent: 'agent-8', requests: 1 })).status, 403);
  assert.equal((await bound.get('/events')).status, 403);
  assert.equal((await bound.post('/settle', account)).status, 403);
  tried('docs/how-to/limit-api-keys.md', ['record', 'read']);
});

test('the audit log has addresses for a key with the scope manage, and none for one with the scope read', async (t) => {
  const { apiWith } = await started(t);
  for (const [scope, isShown] of [
    ['manage', true],
    ['read', false],
  ] as const) {
    const { status, json } = await (await apiWith([scope])).get('/audit-log?action=service.registered');
    assert.equal(status, 200);
    assert.equal(json.items.length, 1);
    assert.equal(typeof json.items[0].actor.address === 'string', isShown, scope);
    tried('docs/how-to/read-the-audit-log.md', [scope]);
  }
  assert.equal((await (await apiWith(['record', 'settle'])).get('/audit-log')).status, 403);
});

test('the key that the command makes for a collector may record, and do nothing else', async (t) => {
  const { url } = await started(t);
  const environment = { BILLONCE_URL: url, BILLONCE_API_KEY: adminKey };
  const command = 'keys create collector --scope record --tenant acme';
  const made = await runHere(command.split(' '), environment);
  const [key = ''] = /apk_[0-9a-f]{32}/.exec(made.printed) ?? [];
  assert.equal(made.code, 0, made.printed);
  const collector = withHeaders(apiAt(url), { 'x-api-key': key });
  assert.equal((await collector.post('/usage', { ...account, requests: 1 })).status, 201);
  assert.equal((await collector.get('/usage/agent-7/search')).status, 403);
  tried('docs/how-to/run-from-a-terminal.md', ['record']);
});

test('in the dashboard, a key with the scope read sees the account, and one that may also settle bills it', async (t) => {
  const { url, api, keyWith } = await started(t);
  const browser = await startChromium(t);
  for (const allowed of [['read'], ['read', 'settle']] as const) {
    const { page, open } = await openTab(t, browser, url);
    await page.getByLabel('API key').fill(await keyWith(allowed));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await open('agents/agent-7/search');
    await page.getByText('To bill').first().waitFor();
    const settle = page.getByRole('button', { name: 'Settle…' });
    if (allowed.length === 1) assert.equal(await settle.count(), 0);
    else {
      await settle.click();
      await page.getByRole('button', { name: /^Bill / }).click();
      await page.getByRole('heading', { name: 'Settled' }).waitFor();
    }
    assert.equal((await api.get('/settlements')).json.items.length, allowed.length - 1);
    tried('docs/how-to/use-the-dashboard.md', allowed);
  }
});

test('the LLM proxy needs a key with the scope record, and no other scope', async (t) => {
  const { url, api, keyWith } = await started(t);
  await api.post('/services', { serviceId: 'llm-tokens', priceStroops: 1 });
  let asked = 0;
  const beforeToken = async () => {
    asked += 1;
  };
  const provider = await listenFor(t, createProvider({ answerTokens: 8, beforeToken }));
  const answered = async (allowed: readonly Scope[]) => {
    const BILLONCE_API_KEY = await keyWith(allowed);
    const proxy = new LlmProxy(t, { BILLONCE_URL: url, BILLONCE_API_KEY, PROVIDER_URL: provider });
    await proxy.start();
    const answer = await proxy.call({ agent: 'agent-7', key: `call-${allowed.length}` });
    assert.ok(answer !== 'cut');
    return answer;
  };
  const refused = await answered(otherThan('record'));
  assert.ok(refused.status >= 400, refused.text);
  assert.equal(asked, 0, 'the provider was called');
  const { status, text } = await answered(['record']);
  assert.equal(status, 200, text);
  assert.match(text, /\[DONE\]/);
  assert.equal((await api.get('/usage/agent-7/llm-tokens')).json.total, 10);
  tried('examples/llm-proxy/README.md', ['record']);
});

test('the example in Python needs a key with the scope record, bound to its agent', async (t) => {
  const python = ['python3', '/usr/bin/python3'].find(
    (name) => spawnSync(name, ['-c', 'import httpx']).status === 0,
  );
  // Skipped like the other tests of the example.
  if (python === undefined) {
    tried('examples/python/README.md', ['record']);
    return t.skip('there is no Python with httpx: apt-get install python3-httpx');
  }
  const { url, keyWith } = await started(t);
  const run = async (allowed: readonly Scope[]) => {
    const env = { BILLONCE_URL: url, BILLONCE_API_KEY: await keyWith(allowed, { agent: 'agent-7' }) };
    const program = join(repository, 'examples/python/record_usage.py');
    return await promisify(execFile)(python, [program, 'agent-7', 'search', '3', 'order-1'], { env });
  };
  assert.match((await run(['record'])).stdout, /^201 .*"total":6/);
  await assert.rejects(run(otherThan('record')), ({ stdout }: { readonly stdout: string }) =>
    stdout.startsWith('403 '),
  );
  tried('examples/python/README.md', ['record']);
});

checkTried(import.meta.url);
