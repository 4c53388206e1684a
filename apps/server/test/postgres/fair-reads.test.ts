// Law L3 for reads that share the connections of an instance: another tenant's read does not wait for most reads of a
// busy tenant.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageFault } from '../../src/ledger/storage-port.ts';

const { openEngine } = await import('../harness/engine.ts');

test('no matter how many reads of one tenant wait, a read of another tenant runs before them and is not refused', async (t) => {
  const { books } = await openEngine(t);
  const read = (tenant: string) => books.account({ tenant, agent: 'agent-1', serviceId: 'search' });
  const ended = { ok: 0, refused: 0 };
  const hostile = Array.from({ length: 5_000 }, async () => {
    try {
      await read('hostile');
      ended.ok += 1;
    } catch (error) {
      assert.ok(error instanceof StorageFault);
      assert.equal(error.facts.obstacle, 'waiting_reads');
      ended.refused += 1;
    }
  });
  const before: number[] = [];
  for (let reads = 0; reads < 5; reads++) {
    const from = ended.ok;
    await read('honest');
    before.push(ended.ok - from);
  }
  assert.ok(
    before.every((count) => count <= 100),
    `${before.join(', ')} reads of the other tenant ended while one waited`,
  );
  await Promise.all(hostile);
  assert.deepEqual(ended, { ok: 2_032, refused: 2_968 });
});
