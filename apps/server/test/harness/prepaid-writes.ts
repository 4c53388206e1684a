import assert from 'node:assert/strict';
import type { Command } from '../../src/domain/command.ts';
import { inStroops } from '../../src/domain/service.ts';
import type { BatchExecutor } from '../../src/ledger/batch-executor.ts';
import type { Outcome } from '../../src/ledger/submission.ts';

const tenant = 'acme';
const serviceId = 'llm';
const xlm = 10n ** 18n;
const hourMs = 3_600_000;

const grantOf = (agent: string): Command => ({
  kind: 'create_grant',
  agent,
  asset: 'XLM',
  amount: 100n * xlm,
  priority: 100,
  expiresAtMs: undefined,
  note: undefined,
  grantId: undefined,
});
const holdOf = (agent: string, holdId: string, expiresInMs = hourMs): Command => ({
  kind: 'create_hold',
  agent,
  serviceId,
  wanted: { kind: 'use', requests: 1 },
  expiresInMs,
  holdId,
});

async function execute(
  executor: BatchExecutor,
  nowMs: number,
  commands: readonly Command[],
): Promise<readonly Outcome[]> {
  const submissions = commands.map((command) => ({ tenant, command, key: undefined }));
  const outcomes = await executor.execute({ submissions, nowMs });
  for (const [index, outcome] of outcomes.entries())
    assert.equal(outcome.kind, 'answered', `${commands[index]?.kind} ${outcome.kind}`);
  return outcomes;
}

/**
 * Makes this many prepaid agents, each with a balance, a grant and an open hold, and a limit that counts each agent.
 */
export async function fillBalances(executor: BatchExecutor, nowMs: number, count: number): Promise<void> {
  await execute(executor, nowMs, [
    { kind: 'put_service', serviceId, stated: inStroops(1n), metadata: undefined },
    {
      kind: 'set_default_billing',
      policy: { mode: 'prepaid', asset: 'XLM', overdraft: 0n, lowAt: [] },
    },
    {
      ...{ kind: 'set_limit', name: 'each', agent: '*', serviceId: undefined, apiKeyPrefix: undefined },
      ...{ window: 'day', max: 10n ** 12n, asset: undefined, action: 'refuse', notifyAt: [] },
    },
  ]);
  for (let from = 0; from < count; from += 500) {
    const agents = Array.from({ length: Math.min(500, count - from) }, (_, at) => `agent-${from + at}`);
    await execute(executor, nowMs, agents.map(grantOf));
    await execute(
      executor,
      nowMs,
      agents.map((agent) => holdOf(agent, `hold-${agent}`)),
    );
  }
}

/**
 * Sends every kind of write about prepaid money for one of those agents, each in a separate commit. Returns how many
 * there were.
 */
export async function writeEach(executor: BatchExecutor, nowMs: number, agent: string): Promise<number> {
  const usage = { agent, serviceId, requests: 2, usageId: undefined, occurredAtNs: undefined };
  const [used] = await execute(executor, nowMs, [{ kind: 'record_usage', item: usage }]);
  const location = used?.kind === 'answered' ? new Map(used.response.headers).get('location') : undefined;
  const entryId = location?.split('/').at(-1) ?? assert.fail('an entry has no place');
  const use = { requests: 1, usageId: undefined, occurredAtNs: undefined };
  const writes: readonly Command[] = [
    grantOf(agent),
    holdOf(agent, `second-${agent}`),
    { kind: 'extend_hold', holdId: `second-${agent}`, expiresInMs: 2 * hourMs },
    { kind: 'capture_hold', holdId: `second-${agent}`, ...use },
    holdOf(agent, `third-${agent}`),
    { kind: 'release_hold', holdId: `third-${agent}` },
    { kind: 'reverse_entry', entryId, reason: 'wrong' },
    {
      ...{ kind: 'settle', agent, serviceId, through: undefined },
      ...{ expectedStroops: undefined, expectedMarks: undefined },
    },
    { kind: 'pass_time', agents: [agent] },
  ];
  for (const command of writes) await execute(executor, nowMs, [command]);
  return writes.length + 1;
}
