// Several commands of one batch change the same balance, one after another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { inStroops } from '../src/domain/service.ts';
import type { Outcome } from '../src/ledger/submission.ts';
import { auditBooks } from '../src/reads/audit-books.ts';
import { openEngine } from './harness/engine.ts';

const [tenant, agent, serviceId] = ['acme', 'agent-1', 'search'];
const xlm = 10n ** 18n;

const usage = (requests: number): Command => ({
  kind: 'record_usage',
  item: { agent, serviceId, requests, usageId: undefined, occurredAtNs: undefined },
});

const prepaid: readonly Command[] = [
  { kind: 'put_service', serviceId, stated: inStroops(10_000_000n), metadata: undefined },
  { kind: 'set_billing', agent, policy: { mode: 'prepaid', asset: 'XLM', overdraft: 0n, lowAt: [] } },
  {
    kind: 'create_grant',
    agent,
    asset: 'XLM',
    amount: 10n * xlm,
    priority: 100,
    expiresAtMs: undefined,
    note: undefined,
    grantId: undefined,
  },
];

function entryOf(outcome: Outcome | undefined): string {
  if (outcome?.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  const location = outcome.response.headers.find(([name]) => name === 'location')?.[1];
  return location?.split('/').at(-1) ?? '';
}

test('usage that is cleared in the batch that recorded it is refunded in full, even if all earlier usage was refunded', async (t) => {
  const { executor, books } = await openEngine(t);
  const execute = async (...commands: readonly Command[]) => {
    const submissions = commands.map((command) => ({ tenant, command, key: undefined }));
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    for (const outcome of outcomes) assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
    return outcomes;
  };
  await execute(...prepaid);
  const [settled] = await execute(usage(5));
  await execute({
    kind: 'settle',
    agent,
    serviceId,
    through: undefined,
    expectedStroops: undefined,
    expectedMarks: undefined,
  });
  await execute({ kind: 'reverse_entry', entryId: entryOf(settled), reason: 'a dispute' });
  await execute(usage(3), { kind: 'clear_account', agent, serviceId });
  const { balance } = await books.wholeBalance({ tenant, agent, asset: 'XLM' });
  assert.deepEqual([balance?.drawn, balance?.refunded], [8n * xlm, 8n * xlm]);
  const found = await auditBooks(books, tenant);
  assert.deepEqual([found.differences, found.balances.differences], [[], []]);
});
