// Assets do not affect each other: what happens in several assets of one tenant gives the same results for each asset
// as in tenants that have only one asset.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditBooks } from '../src/reads/audit-books.ts';
import { Apart } from './assets-apart/apart.ts';
import { assets } from './assets-apart/assets.ts';
import { agents, drawStart, drawWrite } from './assets-apart/draw.ts';
import { openEngine } from './harness/engine.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** All of these must have happened in every asset. Otherwise the test shows nothing. */
const expectedKinds = [
  ...['record_usage 201', 'create_hold 201', 'capture_hold 201', 'release_hold 200', 'create_grant 201'],
  ...['void_grant 200', 'reverse_entry 201', 'settle 200', 'record_usage insufficient_balance'],
  ...['create_hold insufficient_balance', 'record_usage limit_reached', 'create_hold limit_reached'],
];

test('a tenant with several assets gets the same sums as a separate tenant for each asset', async (t) => {
  const clock = { nowMs: Date.now() };
  const { executor, books } = await openEngine(t, () => clock.nowMs);
  const random = seededRandom(t);
  const seen = new Set<string>();
  const count = rounds({ test: 6, prove: 400 });
  let writes = 0;
  for (let round = 0; round < count; round++) {
    const apart = new Apart(round, (submissions) => executor.execute({ submissions, nowMs: clock.nowMs }));
    await apart.write(drawStart(random, clock.nowMs));
    for (let batch = 0; batch < 14; batch++) {
      clock.nowMs += random.pick([0, 1, 1_000, hourMs, dayMs]);
      await apart.passTime(agents);
      const drawn = Array.from({ length: 4 + random.below(20) }, () => drawWrite(random, apart, clock.nowMs));
      await apart.write(drawn);
      writes += drawn.length;
    }
    await apart.settleAll(agents);
    for (const kind of apart.seen) seen.add(kind);
    for (const tenant of apart.tenants) {
      const found = await auditBooks(books, tenant, Number.MAX_SAFE_INTEGER);
      const { differences, balances, limits } = found;
      assert.deepEqual([differences, balances.differences, limits.differences], [[], [], []]);
    }
    for (const asset of assets.map(({ code }) => code)) {
      for (const agent of agents) {
        const { balance: together } = await books.wholeBalance({ tenant: apart.together, agent, asset });
        const { balance: alone } = await books.wholeBalance({ tenant: apart.alone(asset), agent, asset });
        assert.deepEqual(together, alone, `the balance of ${agent} in ${asset}`);
      }
    }
  }
  const expected = assets.flatMap(({ code }) => expectedKinds.map((kind) => `${code} ${kind}`));
  assert.deepEqual(
    expected.filter((kind) => !seen.has(kind)),
    [],
  );
  withstood(
    'assets_apart',
    `${figure(count)} tenants with ${assets.length} assets, ${figure(writes)} writes`,
  );
});
