import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { type Api, apiAt } from '../harness/api.ts';
import { blankDatabase, emptyDatabase } from '../harness/database.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { startReceiver } from '../harness/receiver.ts';
import { adminKey, makeKey } from '../harness/tenants.ts';
import { type Attack, attackFromHere, attackFromProcess } from './attack.ts';
import { HonestTenant } from './honest.ts';
import { LogPipe } from './log-pipe.ts';
import type { Pattern } from './pattern.ts';
import { factsOf } from './process-facts.ts';
import type { Slice } from './report.ts';

/** The length and size of a soak. */
export interface Length {
  /** the minimum number of writes of the honest tenant during each pattern */
  readonly writesEach: number;
  /** how long each pattern runs; 0: until the writes are made */
  readonly secondsEach: number;
  /** entries in the books of a hostile tenant before it attacks */
  readonly entriesEach: number;
  /** the share of the connections and bytes of each pattern */
  readonly scale: number;
  readonly patterns: readonly Pattern[];
  /** whether patterns run in separate processes */
  readonly isApart: boolean;
  /** the main file of another version of the server */
  readonly main?: string;
}

/** The slice without an attack. */
export const aloneName = 'no one';
const clients = 4;
/** A write that was sent before the end of a slice may be answered this long after it. */
const graceMs = 500;
const shortPatienceMs = 120_000;

const environment = {
  ADMIN_API_KEY: adminKey,
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  WEBHOOK_TIMEOUT_MS: '500',
  REQUEST_TIMEOUT_MS: '1500',
  EXPORT_STALL_MS: '1000',
  LOG_LEVEL: 'warn',
};

/** A server with an honest tenant that has a webhook. */
export interface Soaked {
  readonly server: ServerProcess;
  readonly log: LogPipe;
  readonly api: Api;
  readonly honest: HonestTenant;
}

export async function startSoaked(t: TestContext, { main }: Length): Promise<Soaked> {
  const databaseUrl = await (main === undefined ? emptyDatabase(t) : blankDatabase(t));
  const variables = { ...environment, DATABASE_URL: databaseUrl };
  const log = new LogPipe(t);
  const server = await startProcess(t, variables, { output: log, ...(main === undefined ? {} : { main }) });
  const api = apiAt(server.url, undefined, main === undefined);
  const receiver = await startReceiver(t);
  const honestKey = await makeKey(api, 'honest');
  const made = await api.post('/webhooks', { url: receiver.url, events: ['*'] }, undefined, {
    'x-api-key': honestKey,
  });
  assert.equal(made.status, 201, made.text);
  return { server, log, api, honest: new HonestTenant(server.url, honestKey, receiver) };
}

/** Writes for some time while patterns run. It ends in time, even if the server does not answer. */
export async function runSlice(
  { server, log, api, honest }: Soaked,
  name: string,
  hostile: readonly Pattern[],
  length: Length,
): Promise<Slice> {
  const attacks = await Promise.all(hostile.map((pattern) => begin(api, pattern, length)));
  if (hostile.some(({ fillsLog = false }) => fillsLog)) log.fill();
  try {
    await writeFor(honest, length);
  } finally {
    log.empty();
    await Promise.all(attacks.map((attack) => attack.stop()));
  }
  return { name, seen: honest.takeSeen(), undelivered: honest.undelivered, facts: factsOf(server.pid) };
}

/** The tenant of a hostile pattern. */
export function tenantOf({ name }: Pattern): string {
  return `hostile:${name.replaceAll(/[^a-z0-9]/g, '.')}`;
}

async function begin(api: Api, pattern: Pattern, length: Length): Promise<Attack> {
  const apiKey = await makeKey(api, tenantOf(pattern));
  const target = { url: api.url, apiKey, scale: length.scale };
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
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + secondsEach * 1_000;
  const giveUpAtMs = secondsEach > 0 ? untilMs + graceMs : startedAtMs + shortPatienceMs;
  let writes = 0;
  const isDone = () => (secondsEach > 0 ? performance.now() >= untilMs : writes >= writesEach);
  const client = async () => {
    while (!isDone()) {
      writes++;
      await honest.write(giveUpAtMs);
      if (secondsEach > 0) await passing(10);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
