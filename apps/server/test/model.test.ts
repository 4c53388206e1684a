import assert from 'node:assert/strict';
import { test } from 'node:test';
import { availableOf } from '../src/domain/balance.ts';
import { auditBooks } from '../src/reads/audit-books.ts';
import { assertSums } from './harness/assert-sums.ts';
import { executorOptions, openEngine } from './harness/engine.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom, seedOf } from './harness/seeded-random.ts';
import { countEntries } from './model/agree-sums.ts';
import { accountOf } from './model/books.ts';
import { drawHot, drawSent, drawStart } from './model/draw.ts';
import { agents, tenants } from './model/draw-names.ts';
import type { Seen } from './model/draw-settle.ts';
import { observedOf, submissionOf } from './model/in-process.ts';
import { booksOf, hasSharedLapse, mismatch, newModel, notePassedTime } from './model/model.ts';
import { availableIn } from './model/purse.ts';
import { assertAllAgreed, retryAll, startRun, turnOf } from './model/run.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

const turns = 60;
/** Seeds that once found a fault in the server or in the model. */
const seedsThatFound: readonly number[] = [22];

test('batches give the same answers as the model, in order, no matter how they are cut', async (t) => {
  const beginMs = Date.now();
  const clock = { nowMs: beginMs };
  const { executor, books } = await openEngine(t, () => clock.nowMs);
  const random = seededRandom(t);
  const count = rounds({ test: 20, prove: 10_000 });
  let commands = 0;
  for (let round = 0; round < count; round++) {
    // Separate tenants begin with empty books.
    clock.nowMs = beginMs;
    const named = new Map(tenants.map((tenant) => [tenant as string, `${tenant}-${round}`]));
    const model = newModel(tenants, clock.nowMs, executorOptions.policy.retentionMs);
    const seen: Seen = { sent: [], quotes: [] };
    const recordPassedTime = async () => {
      notePassedTime(model);
      const submissions = tenants.map((tenant) => ({
        tenant: named.get(tenant) ?? '',
        command: { kind: 'pass_time', agents } as const,
        key: undefined,
      }));
      await executor.execute({ submissions, nowMs: model.nowMs });
    };
    let hot = drawHot(random);
    for (let batch = 0; batch < 10; batch++) {
      if (random.below(6) === 0) hot = drawHot(random);
      const passedMs = random.pick([0, 1, hourMs, hourMs, -hourMs, dayMs]);
      // Lapses and expiries that are not recorded would be undone when the clock is set back.
      if (passedMs < 0) await recordPassedTime();
      clock.nowMs += passedMs;
      model.nowMs = clock.nowMs;
      if (hasSharedLapse(model)) await recordPassedTime();
      const count = 1 + random.below(12);
      const sent =
        batch === 0
          ? drawStart(random, model)
          : Array.from({ length: count }, () => drawSent(random, model, seen, hot));
      const submissions = sent.map((one) => submissionOf({ ...one, tenant: named.get(one.tenant) ?? '' }));
      const outcomes = await executor.execute({ submissions, nowMs: model.nowMs });
      for (const [index, one] of sent.entries()) {
        const observed = observedOf(outcomes[index] ?? assert.fail('an outcome is missing'));
        const wrong = mismatch(model, one, observed, new Map());
        assert.equal(
          wrong,
          undefined,
          JSON.stringify({ round, batch, index, one, observed, wrong }, null, 1),
        );
      }
      seen.sent.push(...sent);
      commands += sent.length;
      // If a bulk made the entries, a client sees their ids only in a list.
      const { entries } = accountOf(booksOf(model, hot.tenant), hot);
      const key = { ...hot, tenant: named.get(hot.tenant) ?? '' };
      const listed = await books.entriesOf(key, 0, entries.length, entries.length + 1);
      for (const [index, entry] of entries.entries()) entry.id ??= listed[index]?.id;
    }
    await recordPassedTime();
    for (const tenant of tenants) {
      // No other process writes to the books.
      const found = await auditBooks(books, named.get(tenant) ?? '', Number.MAX_SAFE_INTEGER);
      assert.deepEqual(
        [found.differences, found.balances.differences, found.limits.differences],
        [[], [], []],
      );
      for (const purse of booksOf(model, tenant).purses.values()) {
        const name = { tenant: named.get(tenant) ?? '', agent: purse.agent, asset: purse.asset };
        const { balance } = await books.wholeBalance(name);
        assert.equal(balance === undefined ? 0n : availableOf(balance), availableIn(purse));
      }
      await assertSums(books, named.get(tenant) ?? '');
      assert.equal(found.entries, countEntries(booksOf(model, tenant)));
    }
  }
  withstood('model_in_batches', `${figure(count)} books, ${figure(commands)} commands`);
});

test("under concurrent commands in any order, a server's answers and books match the model", async (t) => {
  const first = seedOf(t);
  const isRepeated = process.env['SEED'] !== undefined && process.env['PROVE'] !== '1';
  const count = isRepeated ? 1 : rounds({ test: 1, prove: 200 });
  const drawn = Array.from({ length: count }, (_, number) => first + number);
  const seeds = isRepeated ? drawn : [...seedsThatFound, ...drawn];
  let agreed = 0;
  for (const seed of seeds) {
    await t.test(`SEED=${seed}`, async (own) => {
      const run = await startRun(own, seed);
      for (let turn = 0; turn < turns; turn++) await turnOf(run);
      await assertAllAgreed(run);
      await retryAll(run);
      await assertAllAgreed(run);
      agreed += 1;
    });
  }
  assert.equal(agreed, seeds.length);
  withstood('model_concurrent', `${figure(agreed)} seeds of ${turns} turns each`);
});
