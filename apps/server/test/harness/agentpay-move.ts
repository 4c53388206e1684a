import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { mainOf } from '../../../../packages/idempotency/test/harness/main-of.ts';
import type { StandInState } from './agentpay-stand-in.ts';
import { type Api, apiAt } from './api.ts';
import { type RanCommand, runHere } from './command.ts';
import { emptyDatabase } from './database.ts';
import { startProcess } from './process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const adminKey = 'Wn7kR3xTq9LmZ5vBp2Yd';
export const clientKey = `apk_${'5c1d7e9b'.repeat(4)}`;
const admin = { 'x-api-key': adminKey };
export const acme = { ...admin, 'x-tenant': 'acme' };
export const house = { ...admin, 'x-tenant': 'house' };
export const agents = Array.from({ length: 120 }, (_, index) => `agent-${index}`);
export const main = mainOf('apps/server/src/cli/main.ts');

/** A state that can be moved completely. */
export function wholeState(): StandInState {
  return {
    paused: true,
    keyless: {
      services: [
        { serviceId: 'search', priceStroops: 25, disabled: false, description: 'finds', owner: 'team' },
        { serviceId: 'old', priceStroops: 7, disabled: true },
      ],
      items: [
        ...agents.map((agent, index) => ({ agent, serviceId: 'search', total: index + 1 })),
        { agent: 'heavy', serviceId: 'search', total: 2_500_000 },
        { agent: 'agent-1', serviceId: 'old', total: 40 },
        { agent: 'agent-1', serviceId: 'unregistered', total: 3 },
        { agent: 'settled', serviceId: 'search', total: 0 },
      ],
    },
    byKey: {
      [clientKey]: {
        services: [{ serviceId: 'search', priceStroops: 30, disabled: false }],
        items: [{ agent: 'agent-1', serviceId: 'search', total: 12 }],
      },
    },
    webhooks: [
      {
        id: 'wh_1',
        url: 'https://hooks.example.com/a',
        events: ['usage.settled', 'usage.settled'],
        createdAt: 1,
      },
    ],
    apiKeys: [{ prefix: clientKey.slice(0, 8), label: 'first client', createdAt: 1 }],
  };
}

interface Moved {
  readonly api: Api;
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** the file with the keys */
  readonly keys: string;
  /** the address of AgentPay */
  readonly from: string;
  run(...more: readonly string[]): Promise<RanCommand>;
}

export async function prepare(t: TestContext, from: string): Promise<Moved> {
  const database = { DATABASE_URL: await emptyDatabase(t) };
  const { url } = await startProcess(t, { ...database, ADMIN_API_KEY: adminKey });
  const keys = join(temporaryFolder(t), 'keys');
  writeFileSync(keys, `# clients\n${clientKey} acme\n`);
  const environment = { BILLONCE_URL: url, BILLONCE_API_KEY: adminKey };
  const args = ['move-from-agentpay', from, '--tenant', 'house', '--keys', keys];
  const run = async (...more: readonly string[]) => await runHere([...args, ...more], environment);
  return { api: apiAt(url), environment, args, keys, from, run };
}

export async function totalOf(
  api: Api,
  agent: string,
  service: string,
  as: Readonly<Record<string, string>>,
) {
  return (await api.get(`/usage/${agent}/${service}`, as)).json.total;
}

export async function entriesOf(api: Api, as: Readonly<Record<string, string>>): Promise<number> {
  return (await api.get('/entries?limit=1000', as)).json.items.length;
}

export async function assertCarried(api: Api): Promise<void> {
  for (const { agent, serviceId, total } of wholeState().keyless.items) {
    assert.equal(await totalOf(api, agent, serviceId, house), total, agent);
  }
  assert.equal(await totalOf(api, 'agent-1', 'search', acme), 12);
  // The large account arrives in three parts.
  assert.deepEqual([await entriesOf(api, house), await entriesOf(api, acme)], [agents.length + 3 + 2, 1]);
  const { services } = (await api.get('/services', house)).json;
  const each = { per: 1, asset: 'XLM' };
  assert.deepEqual(services, [
    { serviceId: 'old', priceStroops: 7, price: '0.0000007', ...each, disabled: true },
    {
      serviceId: 'search',
      priceStroops: 25,
      price: '0.0000025',
      ...each,
      disabled: false,
      description: 'finds',
      owner: 'team',
    },
  ]);
  const [old] = (await api.get('/billing/agent-1/old', house)).json.lines;
  assert.equal(old?.priceStroops, 7);
  const webhooks = (await api.get('/webhooks', house)).json.items;
  assert.deepEqual(
    webhooks.map(({ url, events }: { url: string; events: string[] }) => [url, events]),
    [['https://hooks.example.com/a', ['usage.settled']]],
  );
  const own = await api.get('/usage/agent-1/search', { 'x-api-key': clientKey });
  assert.deepEqual([own.status, own.json.total], [200, 12]);
  const [key] = (await api.get('/api-keys', admin)).json.items;
  assert.deepEqual([key.tenant, key.label], ['acme', 'first client']);
}
