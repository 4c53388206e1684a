// The scopes that the how-to names: a key with exactly these is enough for a tool, and one with all others is refused.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { createBillonce } from '@billonce/client';
import { paidTool } from '@billonce/client/mcp';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { TestServer } from '../../../packages/client/test/harness/server.ts';
import { checkTried, tried } from '../../../packages/idempotency/test/harness/tried-scopes.ts';
import { createMcpServer } from '../src/mcp-server.ts';

const pageFile = 'docs/how-to/give-an-agent-tools.md';
const page = readFileSync(new URL(`../../../${pageFile}`, import.meta.url), 'utf8');
const allScopes = ['read', 'record', 'settle', 'manage'];
const adminKey = randomBytes(32).toString('hex');
const server = await TestServer.start(after, { ADMIN_API_KEY: adminKey });
const agent = 'agent-7';
const serviceId = 'search';

/** The scopes that a text names. */
const named = (text = '') =>
  [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).filter((name) => allScopes.includes(name));

/** The scopes that the page's table names for each tool. */
const scopesOf = new Map(
  page.split('\n').flatMap((line) => {
    const [, tools = '', , last] = line.split('|');
    const scopes = named(last);
    const names = [...tools.matchAll(/`(\w+)`/g)].map(([, tool = '']) => tool);
    return scopes.length === 0 ? [] : names.map((tool) => [tool, scopes] as const);
  }),
);

/** A caller with a key of these scopes. */
async function withKey(scopes: readonly string[], bounds: object = { agent }) {
  const made = await fetch(`${server.url}/api/v1/api-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': adminKey },
    body: JSON.stringify({ label: 'model', tenant: 'acme', scopes, ...bounds }),
  });
  const { key }: { key?: unknown } = Object(await made.json());
  assert.equal(typeof key, 'string');
  return createBillonce({ url: server.url, apiKey: String(key) });
}

const admin = await withKey(allScopes, {});
await admin.services.put({ serviceId, priceStroops: 5 });

/** A model's client of an MCP server whose key has these scopes. */
async function clientWith(scopes: readonly string[]): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await createMcpServer({ billonce: await withKey(scopes), agent }).connect(there);
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(here);
  after(() => client.close());
  return client;
}

let names = 0;
const newName = () => {
  names += 1;
  return `piece-of-work-${names}`;
};
const held = async () => (await admin.holds.create({ agent, serviceId, requests: 2, id: newName() })).id;

/** What is asked of each tool; nothing that was done before is in the way. */
const argumentsOf: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  record_usage: async () => ({ serviceId, requests: 2, key: newName() }),
  create_hold: async () => ({ serviceId, requests: 2, key: newName() }),
  capture_hold: async () => ({ holdId: await held(), requests: 1 }),
  release_hold: async () => ({ holdId: await held() }),
  get_balance: async () => ({}),
  look_up_key: async () => ({ key: 'work-0001' }),
  get_quote: async () => ({ serviceId }),
  settle_account: async () => {
    await admin.usage.record({ agent, serviceId, requests: 2 });
    const { through, billedStroops } = await admin.billing.quote({ agent, serviceId });
    return { serviceId, through, billedStroops };
  },
  list_settlements: async () => ({}),
  list_services: async () => ({}),
};

test('the page names the scope of every tool', async () => {
  const { tools } = await (await clientWith(allScopes)).listTools();
  assert.deepEqual([...scopesOf.keys()].sort(), tools.map(({ name }) => name).sort());
  assert.deepEqual(Object.keys(argumentsOf).sort(), [...scopesOf.keys()].sort());
});

for (const [tool, scopes] of scopesOf) {
  test(`a key with ${scopes.join(' and ')} is enough for the tool ${tool}, and each is needed`, async () => {
    const call = async (allowed: readonly string[]) => {
      const client = await clientWith(allowed);
      const { isError, content } = await client.callTool({
        name: tool,
        arguments: (await argumentsOf[tool]?.()) ?? {},
      });
      return { isError: isError === true, text: JSON.stringify(content) };
    };
    const allowed = await call(scopes);
    assert.ok(!allowed.isError, allowed.text);
    tried(pageFile, scopes);
    for (const scope of scopes) {
      const refused = await call(allScopes.filter((other) => other !== scope));
      assert.ok(refused.isError && refused.text.includes(`with the scope ${scope}`), refused.text);
    }
  });
}

test('the key that the page recommends is enough for all tools but settling, and for a paid tool', async () => {
  const [, said = ''] = /API key with few rights\]\([^)]*\): ([^.]*), bound to the agent/.exec(page) ?? [];
  const recommended = named(said);
  const isRefused = (scopes: readonly string[]) => scopes.some((scope) => !recommended.includes(scope));
  const refusedTools = [...scopesOf].filter(([, scopes]) => isRefused(scopes)).map(([tool]) => tool);
  assert.deepEqual(refusedTools, ['settle_account']);
  for (const tool of scopesOf.keys()) {
    const client = await clientWith(recommended);
    const given = (await argumentsOf[tool]?.()) ?? {};
    const { isError = false } = await client.callTool({ name: tool, arguments: given });
    assert.equal(isError, refusedTools.includes(tool), tool);
  }
  tried(pageFile, recommended);
  const [, paid = ''] = /Its API key needs the scope `(\w+)`/.exec(page) ?? [];
  let runs = 0;
  const run = async (scopes: readonly string[]) => {
    const tool = paidTool({ billonce: await withKey(scopes), agent, service: serviceId }, async () => {
      runs += 1;
      return { content: [{ type: 'text' as const, text: 'found' }] };
    });
    return await tool({ key: `paid-call-${runs}` }, undefined);
  };
  assert.deepEqual(await run([paid]), { content: [{ type: 'text', text: 'found' }] });
  tried(pageFile, [paid]);
  const refused = JSON.stringify(await run(allScopes.filter((scope) => scope !== paid)));
  assert.ok(refused.includes(`with the scope ${paid}`), refused);
  assert.equal(runs, 1);
});

checkTried(import.meta.url);
