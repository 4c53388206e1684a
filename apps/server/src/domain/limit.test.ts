import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countsSame,
  type Limit,
  limitsOf,
  limitsOfAgent,
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
/** All combinations of usage, including names that no limit has. */
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

test('a limit applies to usage if each name in it matches the usage or is omitted', () => {
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

test('a limit is one too many if and only if it would be the eleventh for some usage', () => {
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

test('limits that apply to the same usage are counted together, even beyond ten, and others are not', () => {
  const limit = (number: number, more: Partial<Limit>): Limit => ({
    id: `${number}`,
    name: `${number}`,
    agent: undefined,
    serviceId: undefined,
    apiKeyPrefix: undefined,
    window: 'day',
    asset: undefined,
    max: 1n,
    action: 'refuse',
    notifyAt: [],
    createdAtMs: 0,
    deleted: false,
    ...more,
  });
  const many = (count: number, more: (number: number) => Partial<Limit>) =>
    Array.from({ length: count }, (_, number) => limit(number, more(number)));
  const any = limit(-1, {});
  assert.equal(mostTogether([...many(9, () => ({})), any], any), 10);
  assert.equal(mostTogether([...many(10, () => ({})), any], any), 11);
  // Usage of other agents, services, keys and assets does not count together.
  for (const dimension of ['agent', 'serviceId', 'apiKeyPrefix', 'asset'] as const) {
    const apart = many(12, (number) => ({ [dimension]: `n${number}` }));
    assert.equal(mostTogether([...apart, any], any), 2);
    assert.equal(mostTogether([...apart, ...many(9, () => ({})), any], any), 11);
    const [first = any] = apart;
    assert.equal(mostTogether(apart, first), 1);
    const other = limit(-3, { [dimension]: 'other' });
    assert.equal(mostTogether([...many(12, () => ({ [dimension]: 'n' })), other], other), 1);
    const two = many(22, (number) => ({ [dimension]: `n${number % 2}` }));
    assert.equal(mostTogether([...two, any], any), 12);
    assert.equal(mostTogether([...two, ...many(3, () => ({})), any], any), 15);
  }
  // A limit for each agent applies to all agents. A service named `*` is a service like others.
  assert.equal(mostTogether([...many(12, () => ({ agent: '*' })), any], any), 13);
  assert.equal(
    mostTogether([...many(12, () => ({ agent: '*' })), limit(-2, { agent: 'a' })], limit(-2, { agent: 'a' })),
    13,
  );
  assert.equal(
    mostTogether([...many(6, () => ({ serviceId: '*' })), ...many(6, () => ({ serviceId: 'b' })), any], any),
    7,
  );
});

test('the limits of an agent are its own and those of all agents', () => {
  const named = (id: string, agent: string | undefined) => ({ id, agent }) as Limit;
  const all = [named('all', undefined), named('each', '*'), named('own', 'a'), named('other', 'b')];
  assert.deepEqual(
    limitsOfAgent(all, 'a').map(({ id }) => id),
    ['all', 'each', 'own'],
  );
});

test('a limit counts the same as another one only if all that it names is the same', () => {
  const [limit] =
    fc.sample(
      limits.filter(({ length }) => length > 0),
      { numRuns: 1, seed: 1 },
    )[0] ?? [];
  assert.ok(limit !== undefined);
  assert.equal(countsSame(limit, { ...limit, id: 'other', max: 7n, action: 'notify' }), true);
  for (const more of [
    { agent: 'other' },
    { serviceId: 'other' },
    { apiKeyPrefix: 'other' },
    { window: limit.window === 'day' ? ('month' as const) : ('day' as const) },
    { asset: 'OTHER' },
  ]) {
    assert.equal(countsSame(limit, { ...limit, ...more }), false, JSON.stringify(more));
  }
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

test('a counter adds up its usage, and reports each level once', () => {
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
