// How long another tenant's write waits while one tenant settles five agents of 10,000 accounts each:
// `node bench/settle-bulk.ts sqlite`, `node bench/settle-bulk.ts postgres`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../apps/server/src/domain/command.ts';
import type { ExecutorOptions } from '../apps/server/src/ledger/batch-executor.ts';
import { Ledger } from '../apps/server/src/ledger/ledger.ts';
import { LedgerLanes } from '../apps/server/src/ledger/ledger-lanes.ts';
import type { Outcome } from '../apps/server/src/ledger/submission.ts';
import { openPostgres } from '../apps/server/src/storage/postgres/open.ts';
import { openSqlite } from '../apps/server/src/storage/sqlite/open.ts';
import type { Storage } from '../apps/server/src/storage/storage.ts';
import { startPostgres } from '../packages/idempotency/test/harness/postgres.ts';

const agents = Array.from({ length: 5 }, (_, number) => `agent-${number}`);
const accountsPerAgent = 10_000;
const itemsPerBulk = 1_000;
const dayMs = 86_400_000;
const cap = { answersMax: 1_000_000, bytesMax: 1_000_000_000 };

const executor: ExecutorOptions = {
  policy: { retentionMs: 400 * dayMs, futureToleranceMs: 300_000 },
  answerTtlMs: dayMs,
  sealedAnswerTtlMs: 600_000,
  bulkItemsMax: itemsPerBulk,
  atRestKeys: [],
};

async function open(
  engine: string,
): Promise<{ readonly storage: Storage; readonly end: () => Promise<void> }> {
  const onCommitted = () => undefined;
  if (engine === 'postgres') {
    const postgres = await startPostgres({
      settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
    });
    const options = {
      url: postgres.connectionString,
      cap,
      lanes: 4,
      readConnections: 2,
      readThreads: 1,
      isPrepared: true,
      allowsUnsafe: false,
      tailMarginMs: 0,
      retentionMs: executor.policy.retentionMs,
    };
    return { storage: await openPostgres(options, executor, undefined, onCommitted), end: postgres.stop };
  }
  const folder = mkdtempSync(join(tmpdir(), 'billonce-settle-bulk-'));
  const storage = await openSqlite(
    { file: join(folder, 'books.db'), cap, readThreads: 1 },
    executor,
    Date.now,
    onCommitted,
  );
  return { storage, end: async () => rmSync(folder, { recursive: true }) };
}

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
        priceStroops: 7n,
        metadata: undefined,
      },
    })),
  };
}

const [engine = 'sqlite'] = process.argv.slice(2);
const { storage, end } = await open(engine);
const ledger = new LedgerLanes(storage.lanes.map((lane) => new Ledger(lane, storage.nowMs)));
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
const since = (startMs: number) => `${(performance.now() - startMs).toFixed(0)} ms`;

for (let from = 0; from < accountsPerAgent; from += itemsPerBulk) await submit('heavy', services(from));
for (const round of [1, 2, 3]) {
  for (const agent of agents) {
    for (let from = 0; from < accountsPerAgent; from += itemsPerBulk)
      await submit('heavy', usages(agent, from));
  }
  await submit('light', single);
  const aloneMs = performance.now();
  await submit('light', single);
  const alone = since(aloneMs);
  const startMs = performance.now();
  const processor = process.cpuUsage();
  const settled = Promise.all(agents.map((agent) => submit('heavy', { kind: 'settle_bulk', agent })));
  const heavy = settled.then(() => since(startMs));
  // Of the tenants with a place in the same lane as the heavy one, and of one in another lane.
  const waited = await Promise.all(
    ['light', 'light-1', 'light-2', 'light-3'].map(async (tenant) => {
      await submit(tenant, single);
      return since(startMs);
    }),
  );
  const all = await heavy;
  const { user, system } = process.cpuUsage(processor);
  const processorMs = ((user + system) / 1_000).toFixed(0);
  console.log(
    `${engine} round ${round}: alone ${alone}, beside ${waited.join(', ')}, all settled ${all}, ${processorMs} ms of this process`,
  );
}
await storage.close();
await end();
