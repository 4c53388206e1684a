// The API key that the how-to recommends: scopes record and read, bound to the agent.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { createBillonce } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { TestServer } from '../../../packages/client/test/harness/server.ts';
import { captureHold, createHold, releaseHold } from '../src/tools/hold-usage.ts';
import { lookUpKey } from '../src/tools/look-up-key.ts';
import { recordUsage } from '../src/tools/record-usage.ts';

const adminKey = randomBytes(32).toString('hex');
const server = await TestServer.start(after, { ADMIN_API_KEY: adminKey });
const agent = 'agent-7';

async function boundKey(): Promise<string> {
  const made = await fetch(`${server.url}/api/v1/api-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': adminKey },
    body: JSON.stringify({ label: 'model', tenant: 'acme', scopes: ['record', 'read'], agent }),
  });
  const { key }: { key?: unknown } = Object(await made.json());
  assert.equal(typeof key, 'string');
  return String(key);
}

function shown({ structuredContent, content }: CallToolResult, member: string): unknown {
  assert.ok(structuredContent, JSON.stringify(content));
  return structuredContent[member];
}

test('a key that is bound to the agent records, looks up, holds, captures and releases', async () => {
  const billonce = createBillonce({ url: server.url, apiKey: await boundKey() });
  const admin = createBillonce({ url: server.url, apiKey: adminKey, tenant: 'acme' });
  await admin.services.put({ serviceId: 'search', priceStroops: 5 });
  const usage = { agent, serviceId: 'search', requests: 2 };
  assert.equal(shown(await lookUpKey(billonce, agent, 'work-0001'), 'status'), 'missing');
  assert.equal(shown(await recordUsage(billonce, usage, 'work-0001'), 'status'), 'recorded');
  assert.equal(shown(await lookUpKey(billonce, agent, 'work-0001'), 'status'), 'recorded');
  const first = String(shown(await createHold(billonce, usage, 'work-0002'), 'holdId'));
  assert.equal(shown(await captureHold(billonce, agent, first, { requests: 1 }), 'status'), 'captured');
  const second = String(shown(await createHold(billonce, usage, 'work-0003'), 'holdId'));
  assert.equal(shown(await releaseHold(billonce, agent, second), 'state'), 'released');
});
