// How long another tenant's write waits while one tenant settles five agents of 10,000 accounts each, and then sends four
// bulks of 1,000 items: `node bench/settle-bulk.ts sqlite`, `node bench/settle-bulk.ts postgres`. With 16 webhooks as well:
// `node bench/settle-bulk.ts sqlite 16`.
import type { Command } from '../apps/server/src/domain/command.ts';
import { inStroops } from '../apps/server/src/domain/service.ts';
import { LedgerLanes } from '../apps/server/src/ledger/ledger-lanes.ts';
import type { Outcome } from '../apps/server/src/ledger/submission.ts';
import { openStorage } from './open-storage.ts';

const agents = Array.from({ length: 5 }, (_, number) => `agent-${number}`);
const accountsPerAgent = 10_000;
const itemsPerBulk = 1_000;

function usages(agent: string, from: number): Command {
  return {
    kind: 'record_usage_bulk',
    isAtomic: false,
    items: Array.from({ length: itemsPerBulk }, (_, index) => ({
      kind: 'valid',
      item: {
        agent,
        serviceId: `service-${from + index}`,
        requests: 3,
        usageId: undefined,
        occurredAtNs: undefined,
      },
    })),
  };
}

function services(from: number): Command {
  return {
    kind: 'put_service_bulk',
    items: Array.from({ length: itemsPerBulk }, (_, index) => ({
      kind: 'valid',
      item: {
        kind: 'put_service',
        serviceId: `service-${from + index}`,
        stated: inStroops(7n),
        metadata: undefined,
      },
    })),
  };
}

const [engine = 'sqlite', webhookCount = '0'] = process.argv.slice(2);
const { storage, end } = await openStorage(engine);
const ledger = new LedgerLanes(storage, { nowMs: storage.nowMs });
const submit = async (tenant: string, command: Command): Promise<Outcome> => {
  const outcome = await ledger.submit({ tenant, key: undefined, command });
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  return outcome;
};
const single: Command = {
  kind: 'record_usage',
  item: {
    agent: 'agent-0',
    serviceId: 'service-0',
    requests: 1,
    usageId: undefined,
    occurredAtNs: undefined,
  },
};
function webhook(number: number): Command {
  return {
    kind: 'create_webhook',
    url: `https://example.com/${number}`,
    events: ['*'],
    secret: 'secret',
    keptSecret: 'secret',
    challenge: undefined,
  };
}

/** Sends one write after another until a promise ends, and returns the longest wait of a write. */
async function longestBeside(tenant: string, ended: Promise<unknown>): Promise<string> {
  let isOver = false;
  const watched = ended.then(() => {
    isOver = true;
  });
  let longestMs = 0;
  while (!isOver) {
    const startMs = performance.now();
    await submit(tenant, single);
    longestMs = Math.max(longestMs, performance.now() - startMs);
  }
  await watched;
  return `${longestMs.toFixed(0)} ms`;
}

// Some have a place in the same lane as the heavy tenant, some in another one.
const neighbours = ['light', 'light-1', 'light-2', 'light-3'];
const beside = async (ended: Promise<unknown>) =>
  (await Promise.all(neighbours.map((tenant) => longestBeside(tenant, ended)))).join(', ');
const since = (startMs: number) => `${(performance.now() - startMs).toFixed(0)} ms`;

for (let from = 0; from < accountsPerAgent; from += itemsPerBulk) await submit('heavy', services(from));
for (let number = 0; number < Number(webhookCount); number++) await submit('heavy', webhook(number));
for (const round of [1, 2, 3]) {
  for (const agent of agents) {
    for (let from = 0; from < accountsPerAgent; from += itemsPerBulk)
      await submit('heavy', usages(agent, from));
  }
  const aloneMs = performance.now();
  for (let count = 0; count < 20; count++) await submit('light', single);
  const alone = ((performance.now() - aloneMs) / 20).toFixed(1);
  const settleMs = performance.now();
  const settled = Promise.all(agents.map((agent) => submit('heavy', { kind: 'settle_bulk', agent })));
  const all = settled.then(() => since(settleMs));
  console.log(`${engine} round ${round}: alone ${alone} ms`);
  console.log(`  at most beside settle/bulk ${await beside(settled)}, all settled in ${await all}`);
  const bulkMs = performance.now();
  const bulks = [1, 2, 3, 4].map((number) => submit('heavy', usages('agent-9', number * itemsPerBulk)));
  const recorded = Promise.all(bulks);
  const allRecorded = recorded.then(() => since(bulkMs));
  console.log(`  at most beside bulks ${await beside(recorded)}, all recorded in ${await allRecorded}`);
}
await storage.close();
await end();
