import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { type Api, apiAt } from '../harness/api.ts';
import { emptyDatabase } from '../harness/database.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { startReceiver } from '../harness/receiver.ts';
import { adminKey, apiOfTenant, makeKey } from '../harness/tenants.ts';
import { type Attack, attackFromHere, attackFromProcess } from './attack.ts';
import { HonestTenant } from './honest.ts';
import type { Pattern } from './pattern.ts';
import { factsOf } from './process-facts.ts';
import type { Slice } from './report.ts';

/** How long a soak is. */
export interface Length {
  /** writes of the honest tenant beside each pattern, at least */
  readonly writesEach: number;
  /** how long each pattern goes on; 0: until the writes are made */
  readonly secondsEach: number;
  /** entries in the books of a hostile tenant before it attacks */
  readonly entriesEach: number;
  readonly patterns: readonly Pattern[];
  /** whether patterns run in separate processes */
  readonly isApart: boolean;
}

/** How many more descriptors than at the start may stay open: connections that are kept alive, and files. */
const descriptorsMore = 24;
/** Within this time every place is given back, after the attacks. */
const givenBackWithinMs = 60_000;
const clients = 4;

const environment = {
  ADMIN_API_KEY: adminKey,
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  WEBHOOK_TIMEOUT_MS: '500',
  REQUEST_TIMEOUT_MS: '1500',
  EXPORT_STALL_MS: '1000',
  LOG_LEVEL: 'fatal',
};

/** Honest clients beside every hostile pattern, one after the other and all at once; the books are exact afterwards. */
export async function soak(t: TestContext, length: Length): Promise<readonly Slice[]> {
  const { patterns } = length;
  const server = await startProcess(t, { ...environment, DATABASE_URL: await emptyDatabase(t) });
  const api = apiAt(server.url);
  const receiver = await startReceiver(t);
  const honestKey = await makeKey(api, 'honest');
  const made = await api.post('/webhooks', { url: receiver.url, events: ['*'] }, undefined, {
    'x-api-key': honestKey,
  });
  assert.equal(made.status, 201, made.text);
  const honest = new HonestTenant(server.url, honestKey, receiver);

  const run = async (name: string, hostile: readonly Pattern[]): Promise<Slice> => {
    if (process.env['SOAK_PATTERNS'] !== undefined) console.log(name, new Date().toISOString());
    const attacks = await Promise.all(hostile.map((pattern) => begin(api, pattern, length)));
    try {
      await writeFor(honest, length);
    } finally {
      await Promise.all(attacks.map((attack) => attack.stop()));
    }
    return { name, seen: honest.takeSeen(), facts: factsOf(server.pid) };
  };
  const slices = [await run('no one', [])];
  const start = factsOf(server.pid);
  for (const pattern of patterns) slices.push(await run(pattern.name, [pattern]));
  slices.push(await run('all of them at once', patterns));
  await allGivenBack(server, honest, start.descriptors);
  slices.push(await run('no one, afterwards', []));
  await assertBooks(api, honest, patterns);
  return slices;
}

async function begin(api: Api, pattern: Pattern, length: Length): Promise<Attack> {
  const apiKey = await makeKey(api, tenantOf(pattern));
  const target = { url: api.url, apiKey };
  if (pattern.needsEntries) await fillBooks(target.url, apiKey, length.entriesEach);
  if (!length.isApart) return attackFromHere(pattern, target);
  return await attackFromProcess(pattern, target, length.secondsEach + 120);
}

async function fillBooks(url: string, apiKey: string, entries: number): Promise<void> {
  for (let first = 0; first < entries; first += 1_000) {
    const items = Array.from({ length: Math.min(1_000, entries - first) }, (_, at) => ({
      agent: `agent-${first + at}`,
      serviceId: 'filled',
      requests: 1,
    }));
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/usage/bulk`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ items }),
    });
    await answer.arrayBuffer();
  }
}

async function writeFor(honest: HonestTenant, { writesEach, secondsEach }: Length): Promise<void> {
  const untilMs = performance.now() + secondsEach * 1_000;
  let writes = 0;
  const client = async () => {
    while (writes < writesEach || performance.now() < untilMs) {
      writes++;
      await honest.write();
      if (secondsEach > 0) await passing(10);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Every message is delivered, and no connection of an attacker is kept. */
async function allGivenBack(server: ServerProcess, honest: HonestTenant, descriptors: number): Promise<void> {
  const untilMs = performance.now() + givenBackWithinMs;
  const isDone = () =>
    honest.undelivered === 0 && factsOf(server.pid).descriptors <= descriptors + descriptorsMore;
  while (!isDone() && performance.now() < untilMs) await passing(100);
  assert.equal(honest.undelivered, 0, 'messages that the honest tenant did not get');
  const { descriptors: open } = factsOf(server.pid);
  assert.ok(
    open <= descriptors + descriptorsMore,
    `${descriptors} descriptors at the start, ${open} at the end`,
  );
}

async function assertBooks(api: Api, honest: HonestTenant, patterns: readonly Pattern[]): Promise<void> {
  const requestsOf = async (tenant: string) => {
    const books = await apiOfTenant(api, tenant);
    const audit = await books.get('/audit');
    assert.deepEqual([audit.status, audit.json.ok], [200, true], `${tenant}: ${audit.text}`);
    return Number(audit.json.recorded.requests);
  };
  assert.equal(await requestsOf('honest'), honest.recordedRequests);
  for (const pattern of patterns) {
    const requests = await requestsOf(tenantOf(pattern));
    if (pattern.isRefused) assert.equal(requests, 0, pattern.name);
  }
}

function tenantOf({ name }: Pattern): string {
  return `hostile:${name.replaceAll(/[^a-z0-9]/g, '.')}`;
}
