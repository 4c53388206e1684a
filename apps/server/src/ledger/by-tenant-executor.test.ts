import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from './batch-executor.ts';
import { ByTenantExecutor } from './by-tenant-executor.ts';
import type { Submission } from './submission.ts';

function submission(tenant: string, agent: string): Submission {
  return { tenant, command: { kind: 'settle_bulk', agent }, key: undefined };
}

test('a batch is cut into one for each tenant, and each submission gets its own outcome', async () => {
  const seen: string[][] = [];
  const executor = new ByTenantExecutor({
    execute: ({ submissions, nowMs }: Batch) => {
      assert.equal(nowMs, 7);
      const named = submissions.map(
        ({ tenant, command }) => `${tenant} ${'agent' in command ? command.agent : ''}`,
      );
      seen.push(named);
      return Promise.resolve(
        named.map((message) => ({ kind: 'fault', code: 'internal_error', facts: { message } }) as const),
      );
    },
  });
  const names = ['b 1', 'a 1', 'b 2', 'c 1', 'a 2', 'b 3'];
  const submissions = names.map((name) => submission(name.slice(0, 1), name.slice(2)));
  const outcomes = await executor.execute({ submissions, nowMs: 7 });
  assert.deepEqual(seen, [['b 1', 'b 2', 'b 3'], ['a 1', 'a 2'], ['c 1']]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind === 'fault' && outcome.facts.message),
    names,
  );
  assert.deepEqual(await executor.execute({ submissions: [], nowMs: 7 }), []);
});
