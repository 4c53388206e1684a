// How long writes wait while 100,000 holds lapse at the same time: `node bench/lapses.ts sqlite`, `node bench/lapses.ts postgres`. With
// 10,000 holds of each of ten agents: `node bench/lapses.ts sqlite 10000`; without it, 1,000 of each of a hundred.
import type { Command } from '../apps/server/src/domain/command.ts';
import { inStroops } from '../apps/server/src/domain/service.ts';
import { LedgerLanes } from '../apps/server/src/ledger/ledger-lanes.ts';
import { serverLog } from '../apps/server/src/log.ts';
import { PassingTime } from '../apps/server/src/workers/passing-time.ts';
import { openStorage } from './open-storage.ts';

const holds = 100_000;
const atOnce = 500;
const baselineMs = 3_000;
const hourMs = 3_600_000;
const tenant = 'acme';
const serviceId = 'llm';

const [engine = 'sqlite', perAgent = '1000'] = process.argv.slice(2);
const agents = Array.from({ length: holds / Number(perAgent) }, (_, number) => `agent-${number}`);
let aheadMs = 0;
const nowMs = () => Date.now() + aheadMs;
const { storage, end } = await openStorage(engine, nowMs);
const ledger = new LedgerLanes(storage, { nowMs });

async function submit(command: Command): Promise<void> {
  const outcome = await ledger.submit({ tenant, key: undefined, command });
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
}

const grant = (agent: string): Command => ({
  kind: 'create_grant',
  agent,
  asset: 'XLM',
  amount: 1_000_000n * 10n ** 18n,
  priority: 100,
  expiresAtMs: undefined,
  note: undefined,
  grantId: undefined,
});
const hold = (number: number): Command => ({
  kind: 'create_hold',
  agent: agents[number % agents.length] ?? '',
  serviceId,
  wanted: { kind: 'use', requests: 1 },
  expiresInMs: hourMs,
  holdId: undefined,
});
const usage = (agent: string): Command => ({
  kind: 'record_usage',
  item: { agent, serviceId, requests: 1, usageId: undefined, occurredAtNs: undefined },
});

/** Sends one write after another until a promise ends, and returns how long each of them waited. */
async function writeUntil(ended: Promise<unknown>, agentOf: (number: number) => string): Promise<number[]> {
  let isOver = false;
  const watched = ended.then(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const startMs = performance.now();
    await submit(usage(agentOf(times.length)));
    times.push(performance.now() - startMs);
  }
  await watched;
  return times;
}

/** Writes of other agents, and of the agents whose holds lapse. */
async function beside(name: string, ended: Promise<unknown>): Promise<void> {
  const startMs = performance.now();
  const own = process.cpuUsage();
  const [others, theirs] = await Promise.all([
    writeUntil(ended, () => 'other'),
    writeUntil(ended, (number) => agents[(number * 37) % agents.length] ?? ''),
  ]);
  const { user, system } = process.cpuUsage(own);
  const ms = (value: number | undefined) => `${(value ?? 0).toFixed(0)} ms`;
  const told = (times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return `${times.length} writes, 99 % within ${ms(sorted[Math.floor(times.length * 0.99)])}, longest ${ms(sorted.at(-1))}`;
  };
  const passed = `${ms(performance.now() - startMs)}, ${ms((user + system) / 1_000)} of the processor`;
  process.stdout.write(
    `${name} (${passed}):\n  of other agents: ${told(others)}\n  of these agents: ${told(theirs)}\n`,
  );
}

await submit({ kind: 'put_service', serviceId, stated: inStroops(10_000_000n), metadata: undefined });
await submit({
  kind: 'set_default_billing',
  policy: { mode: 'prepaid', asset: 'XLM', overdraft: 0n, lowAt: [] },
});
for (const agent of [...agents, 'other']) await submit(grant(agent));
for (let from = 0; from < holds; from += atOnce)
  await Promise.all(Array.from({ length: atOnce }, (_, index) => submit(hold(from + index))));

await beside('while nothing lapses', new Promise((resolve) => setTimeout(resolve, baselineMs)));
aheadMs = 2 * hourMs;
const { books } = storage;
const log = serverLog('silent', process.stderr);
const worker = new PassingTime({ books, submit: (submission) => ledger.submit(submission), nowMs, log });
const everyLapse = async () => {
  while ((await books.dueAgents(nowMs(), 1)).length > 0) await worker.runOnce();
};
await beside(`while ${holds} holds lapse, ${perAgent} of each agent`, everyLapse());
await ledger.drain();
await storage.close();
await end();
