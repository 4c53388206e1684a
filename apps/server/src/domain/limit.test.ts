import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Limit,
  limitsOf,
  limitsOfWriteMax,
  limitWindows,
  mostTogether,
  type Used,
  windowAt,
} from './limit.ts';
import { countIn, emptyCounter, windowOf } from './limit-counter.ts';

const names = ['a', 'b', 'c'] as const;
const assets = ['XLM', 'USD'] as const;
const keys = ['apk_00000001', 'apk_00000002'] as const;
const limits = fc.array(
  fc.record({
    id: fc.uuid(),
    name: fc.uuid(),
    agent: fc.option(fc.constantFrom('*', ...names), { nil: undefined }),
    serviceId: fc.option(fc.constantFrom(...names), { nil: undefined }),
    apiKeyPrefix: fc.option(fc.constantFrom(...keys), { nil: undefined }),
    window: fc.constantFrom(...limitWindows),
    asset: fc.option(fc.constantFrom(...assets), { nil: undefined }),
    max: fc.bigInt({ min: 1n, max: 100n }),
    action: fc.constantFrom('refuse' as const, 'notify' as const),
    notifyAt: fc.constant([500, 1_000]),
    createdAtMs: fc.constant(0),
    deleted: fc.constant(false),
  }),
  { maxLength: 40 },
);
/** Every kind of use, with names that no limit has. */
const uses: readonly Used[] = [...names, 'other'].flatMap((agent) =>
  [...names, 'other'].flatMap((serviceId) =>
    [...keys, undefined].flatMap((apiKeyPrefix) =>
      [...assets, 'OTHER', undefined].map((asset) => ({ agent, serviceId, apiKeyPrefix, asset })),
    ),
  ),
);

function applies(limit: Limit, use: Used): boolean {
  return (
    [undefined, '*', use.agent].includes(limit.agent) &&
    [undefined, use.serviceId].includes(limit.serviceId) &&
    [undefined, use.apiKeyPrefix].includes(limit.apiKeyPrefix) &&
    [undefined, use.asset].includes(limit.asset)
  );
}

test('the limits of a use are those of which each name is its own or missing', () => {
  fc.assert(
    fc.property(limits, (all) => {
      for (const use of uses) {
        const found = new Set(limitsOf(all, use));
        assert.deepEqual(found, new Set(all.filter((limit) => applies(limit, use))));
      }
    }),
    { numRuns: 50 },
  );
});

test('a limit is one too many exactly if some use would have more than ten with it', () => {
  fc.assert(
    fc.property(limits, (all) => {
      for (const limit of all) {
        const counts = uses
          .filter((use) => applies(limit, use))
          .map((use) => all.filter((other) => applies(other, use)).length);
        assert.equal(mostTogether(all, limit) > limitsOfWriteMax, Math.max(...counts) > limitsOfWriteMax);
      }
    }),
    { numRuns: 50 },
  );
});

test('each moment is in one window, which ends where the next one begins', () => {
  fc.assert(
    fc.property(fc.constantFrom(...limitWindows), fc.integer({ min: 0, max: 4e12 }), (window, atMs) => {
      const { startMs, endMs = Number.POSITIVE_INFINITY } = windowAt(window, atMs);
      assert.ok(startMs <= atMs && atMs < endMs);
      if (endMs === Number.POSITIVE_INFINITY) return;
      assert.equal(windowAt(window, endMs).startMs, endMs);
      assert.equal(windowAt(window, endMs - 1).startMs, startMs);
    }),
  );
  assert.deepEqual(windowAt('month', Date.UTC(2028, 1, 29)), {
    startMs: Date.UTC(2028, 1),
    endMs: Date.UTC(2028, 2),
  });
});

test('a counter adds up, and reports each level once', () => {
  const uses = fc.array(fc.bigInt({ min: 1n, max: 40n }), { maxLength: 20 });
  fc.assert(
    fc.property(limits, uses, ([limit], added) => {
      if (limit === undefined) return;
      let counter = emptyCounter(limit.id, '');
      const levels: number[] = [];
      for (const quantity of added) {
        const counted = countIn(counter, limit, 0, quantity);
        counter = counted.counter;
        levels.push(...counted.levels);
      }
      const { used } = windowOf(counter, 0);
      assert.equal(
        used,
        added.reduce((sum, one) => sum + one, 0n),
      );
      assert.deepEqual(
        levels,
        limit.notifyAt.filter((level) => used > 0n && used * 1_000n >= limit.max * BigInt(level)),
      );
    }),
  );
});
