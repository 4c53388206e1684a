// Many holds lapse at once: each commit records some of them, other writes are committed in between, and no answer
// depends on how many are recorded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { pino } from 'pino';
import type { Command } from '../src/domain/command.ts';
import { lapsesPerCommit } from '../src/domain/hold.ts';
import { inStroops } from '../src/domain/service.ts';
import type { Batch, BatchExecutor } from '../src/ledger/batch-executor.ts';
import { LedgerLanes } from '../src/ledger/ledger-lanes.ts';
import type { Outcome } from '../src/ledger/submission.ts';
import { auditBooks } from '../src/reads/audit-books.ts';
import { PassingTime } from '../src/workers/passing-time.ts';
import { apiAt } from './harness/api.ts';
import { openEngine, type TestEngine } from './harness/engine.ts';
import { startProcess } from './harness/process.ts';
import { countRows } from './harness/sql.ts';

const tenant = 'public';
const serviceId = 'llm';
const agent = 'agent-7';
const hourMs = 3_600_000;
const xlm = 10n ** 18n;
const lapsed = `holds WHERE state = 'lapsed'`;

const policy = { mode: 'prepaid', asset: 'XLM', overdraft: 0n, lowAt: [] } as const;
const grantOf = (owner: string, amount: number): Command => ({
  kind: 'create_grant',
  agent: owner,
  asset: 'XLM',
  amount: BigInt(amount) * xlm,
  priority: 100,
  expiresAtMs: undefined,
  note: undefined,
  grantId: undefined,
});
const usageOf = (owner: string, requests: number): Command => ({
  kind: 'record_usage',
  item: { agent: owner, serviceId, requests, usageId: undefined, occurredAtNs: undefined },
});
const holdOf = (owner: string, holdId: string): Command => ({
  kind: 'create_hold',
  agent: owner,
  serviceId,
  wanted: { kind: 'use', requests: 1 },
  expiresInMs: 60_000,
  holdId,
});

/** Makes agents whose whole balance is held by this many holds of one request each, and another agent with money. */
async function hold(
  { executor }: TestEngine,
  nowMs: number,
  owners: readonly string[],
  each: number,
): Promise<void> {
  const commands: Command[] = [
    { kind: 'put_service', serviceId, stated: inStroops(10_000_000n), metadata: undefined },
    { kind: 'set_default_billing', policy },
    ...owners.map((owner) => grantOf(owner, each)),
    grantOf('other', 10),
    ...owners.flatMap((owner) => Array.from({ length: each }, (_, at) => holdOf(owner, `${owner}-${at}`))),
  ];
  const submissions = commands.map((command) => ({ tenant, command, key: undefined }));
  const outcomes = await executor.execute({ submissions, nowMs });
  for (const outcome of outcomes) assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
}

/** An executor that notes how many lapsed holds each of its commits recorded. */
class Counting implements BatchExecutor {
  readonly commits: number[] = [];
  readonly #engine: TestEngine;
  #before = 0;

  constructor(engine: TestEngine) {
    this.#engine = engine;
  }

  async execute(batch: Batch): Promise<readonly Outcome[]> {
    const outcomes = await this.#engine.executor.execute(batch);
    const now = await countRows(this.#engine.databaseUrl, lapsed);
    this.commits.push(now - this.#before);
    this.#before = now;
    return outcomes;
  }
}

function bodyOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  return JSON.parse(String(outcome.response.body));
}

async function assertAudit({ books }: TestEngine): Promise<void> {
  const { differences, balances, limits } = await auditBooks(books, tenant, Number.MAX_SAFE_INTEGER);
  assert.deepEqual([differences, balances.differences, limits.differences], [[], [], []]);
}

test('a write waits for the lapses of its agent only, and each commit records a bounded number of them', async (t) => {
  const clock = { nowMs: Date.now() };
  const engine = await openEngine(t, () => clock.nowMs);
  const held = 2 * lapsesPerCommit + 50;
  await hold(engine, clock.nowMs, [agent], held);
  clock.nowMs += hourMs;
  const executor = new Counting(engine);
  const ledger = new LedgerLanes({ lanes: [executor], heavyLane: undefined }, { nowMs: () => clock.nowMs });
  const answered: string[] = [];
  const submit = async (name: string, command: Command) => {
    const outcome = await ledger.submit({ tenant, command, key: undefined });
    answered.push(name);
    return bodyOf(outcome);
  };
  const capture = {
    kind: 'capture_hold',
    holdId: `${agent}-${held - 1}`,
    requests: 2,
    usageId: undefined,
    occurredAtNs: undefined,
  } as const;
  const [all, captured, other] = await Promise.all([
    submit('all', usageOf(agent, held - 2)),
    submit('captured', capture),
    submit('other', usageOf('other', 1)),
  ]);
  assert.deepEqual(answered, ['other', 'all', 'captured']);
  assert.deepEqual(executor.commits, [lapsesPerCommit, lapsesPerCommit, 49]);
  // The hold that the last of these commits captures is captured by now. All that was held can be drawn, and capturing
  // a lapsed hold records ordinary usage.
  assert.deepEqual([all['drawn'], all['available']], [String(held - 2), '2']);
  assert.deepEqual([captured['lapsed'], captured['drawn'], captured['available']], [true, '2', '0']);
  assert.equal(other['available'], '9');
  await assertAudit(engine);
});

test('lapses that a write waits for are recorded before those of the worker in the same batch', async (t) => {
  const clock = { nowMs: Date.now() };
  const engine = await openEngine(t, () => clock.nowMs);
  const held = lapsesPerCommit;
  // In the order of their names, and in the order of the batch, the agents of the worker come first.
  await hold(engine, clock.nowMs, ['a', 'b', 'z'], held);
  clock.nowMs += hourMs;
  const commands: Command[] = [{ kind: 'pass_time', agents: ['a', 'b'] }, usageOf('z', 1)];
  const outcomes = await engine.executor.execute({
    submissions: commands.map((command) => ({ tenant, command, key: undefined })),
    nowMs: clock.nowMs,
  });
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['answered', 'answered'],
  );
  assert.equal(await countRows(engine.databaseUrl, `${lapsed} AND agent = 'z'`), held);
  assert.equal(await countRows(engine.databaseUrl, lapsed), held);
  await assertAudit(engine);
});

test('the worker records all lapses, a bounded number with each commit, even if each agent has few', async (t) => {
  const clock = { nowMs: Date.now() };
  const engine = await openEngine(t, () => clock.nowMs);
  const owners = Array.from({ length: 30 }, (_, number) => `agent-${number}`);
  await hold(engine, clock.nowMs, owners, 30);
  clock.nowMs += hourMs;
  const executor = new Counting(engine);
  const worker = new PassingTime({
    books: engine.books,
    submit: async (submission) => {
      const [outcome] = await executor.execute({ submissions: [submission], nowMs: clock.nowMs });
      return outcome ?? assert.fail('an outcome is missing');
    },
    nowMs: () => clock.nowMs,
    log: pino({ level: 'silent' }),
  });
  await worker.runOnce();
  assert.ok(Math.max(...executor.commits) <= lapsesPerCommit, String(executor.commits));
  assert.equal(
    executor.commits.reduce((sum, count) => sum + count, 0),
    30 * 30,
  );
  assert.deepEqual(await engine.books.dueAgents(clock.nowMs, 10), []);
  await assertAudit(engine);
});

test('a server that is killed between two commits of lapses records the others later, and each once', async (t) => {
  const held = 3 * lapsesPerCommit;
  const begin = Date.now() - hourMs;
  const engine = await openEngine(t, () => begin);
  await hold(engine, begin, [agent], held);
  await engine.close();
  const environment = { DATABASE_URL: engine.databaseUrl };
  const dying = await startProcess(t, environment);
  while ((await countRows(engine.databaseUrl, lapsed)) === 0) await passing(1);
  await dying.stop('SIGKILL');
  const recorded = await countRows(engine.databaseUrl, lapsed);
  assert.equal(recorded % lapsesPerCommit, 0, `${recorded} lapses`);
  const server = await startProcess(t, environment);
  const api = apiAt(server.url);
  const { available, held: stillHeld } = (await api.get(`/agents/${agent}/balance`)).json;
  assert.deepEqual([available, stillHeld], [String(held), '0']);
  const used = await api.post('/usage', { agent, serviceId, requests: held }, 'all');
  assert.deepEqual([used.status, used.json.available], [201, '0'], used.text);
  assert.equal(await countRows(engine.databaseUrl, lapsed), held);
  assert.equal(await countRows(engine.databaseUrl, `movements WHERE kind = 'released'`), held);
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
});
