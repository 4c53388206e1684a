import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listEntries } from '../../src/reads/list-entries.ts';
import { startInstance, startInstances, tenant, usage } from '../harness/instances.ts';

const firstId = '00000000-0000-0000-0000-000000000000';
const yearMs = 365 * 86_400_000;

test('ids of instances whose clocks differ by a year grow, no matter which one writes', async (t) => {
  const { url, first, clock } = await startInstances(t);
  const ahead = await startInstance(t, url, { nowMs: clock.nowMs + yearMs });
  const behind = await startInstance(t, url, { nowMs: clock.nowMs - yearMs });
  const agents: string[] = [];
  let after = firstId;
  let number = 0;
  for (const writer of [first, behind, ahead, first, behind, ahead, behind, first]) {
    const agent = `agent-${number++}`;
    // These also write to an account that all of them share.
    await writer.execute(usage(agent), usage('agent-all'));
    for (const reader of [first, behind, ahead]) {
      const found = await reader.books.entriesAfter(tenant, after, 10);
      assert.deepEqual(
        found.map((entry) => entry.agent),
        [agent, 'agent-all'],
        `written by ${number}`,
      );
    }
    agents.push(agent);
    after = (await first.books.entriesAfter(tenant, after, 10)).at(-1)?.id ?? after;
  }
  const account = await first.books.entriesOf(
    { tenant, agent: 'agent-all', serviceId: 'search' },
    0,
    100,
    100,
  );
  const ids = account.map(({ id }) => id);
  assert.deepEqual(ids, ids.toSorted(), 'along an account, too');
  // Bounds of time use the clock of the instance that recorded.
  const query = {
    tenant,
    agent: undefined,
    serviceId: undefined,
    recordedFromMs: clock.nowMs - yearMs,
    recordedToMs: clock.nowMs + 1,
    occurredFromNs: undefined,
    occurredToNs: undefined,
    settlementId: undefined,
    usageId: undefined,
  };
  const { items } = await listEntries(behind.books, query, undefined, 100);
  assert.equal(items.length, 2 * 6);
});
