// What a use counts for limits, and what they refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountPlaces, tenTo } from './amount.ts';
import { type Counters, countUse, leftOf, type Use } from './counted-use.ts';
import type { HeldCount } from './held-count.ts';
import type { Limit } from './limit.ts';
import { counterName, countIn, emptyCounter, type LimitCounter } from './limit-counter.ts';

const nowMs = Date.UTC(2026, 10, 28, 12, 0, 30);
const dayMs = 86_400_000;
const today = Date.UTC(2026, 10, 28);
const unit = tenTo(6);
const money = tenTo(amountPlaces);

function limitOf(changed: Partial<Limit> = {}): Limit {
  return {
    id: 'limit',
    name: 'budget',
    agent: undefined,
    serviceId: undefined,
    apiKeyPrefix: undefined,
    window: 'day',
    asset: undefined,
    max: 10n * unit,
    action: 'refuse',
    notifyAt: [],
    createdAtMs: 0,
    deleted: false,
    ...changed,
  };
}

const use: Use = {
  agent: 'a',
  serviceId: 's',
  apiKeyPrefix: undefined,
  asset: 'XLM',
  quantity: 4n * unit,
  cost: 3n * money,
};

/** Limits, and counters of theirs; those that are not given are empty. */
function countersOf(limits: readonly Limit[], ...known: readonly LimitCounter[]): Counters {
  const byName = new Map(known.map((counter) => [counterName(counter), counter]));
  return {
    limits: () => limits,
    limitCounter: ({ id }, subject) =>
      byName.get(counterName({ limitId: id, subject })) ?? emptyCounter(id, subject),
  };
}

/** A counter that counted some units today. */
function usedToday(limit: Limit, used: bigint, subject = ''): LimitCounter {
  return countIn(emptyCounter(limit.id, subject), limit, today, used).counter;
}

const nextId = () => 'event';

function refused(result: ReturnType<typeof countUse>) {
  assert.ok(result.kind === 'refused');
  return result.refusal;
}

function counted(result: ReturnType<typeof countUse>) {
  assert.ok(result.kind === 'counted');
  return result;
}

test('a limit counts uses up to exactly its maximum', () => {
  const limit = limitOf();
  const six = usedToday(limit, 6n * unit);
  const { counters, windows, cost } = counted(countUse(use, countersOf([limit], six), nowMs, nextId));
  assert.deepEqual(
    counters.map((counter) => counter.windows.map(({ used }) => used)),
    [[10n * unit]],
  );
  assert.deepEqual(windows, [{ limitId: 'limit', startMs: today }]);
  assert.equal(cost, undefined);
  const refusal = refused(countUse({ ...use, quantity: 5n * unit }, countersOf([limit], six), nowMs, nextId));
  assert.deepEqual(refusal, {
    code: 'limit_reached',
    message: 'the limit budget allows at most 10 in a day; 4 are left, but the request uses 5',
    limit: 'budget',
    left: '4',
    retryAfterMs: today + dayMs - nowMs,
  });
});

test('a use that exceeds the whole limit has no time after which it would be allowed', () => {
  const limit = limitOf();
  const more = { ...use, quantity: 11n * unit };
  assert.equal(refused(countUse(more, countersOf([limit]), nowMs, nextId)).retryAfterMs, undefined);
  const exactly = { ...use, quantity: 10n * unit };
  const one = usedToday(limit, unit);
  assert.equal(
    refused(countUse(exactly, countersOf([limit], one), nowMs, nextId)).retryAfterMs,
    today + dayMs - nowMs,
  );
  const ever = limitOf({ window: 'lifetime' });
  const ten = countIn(emptyCounter('limit', ''), ever, 0, 10n * unit).counter;
  assert.equal(refused(countUse(use, countersOf([ever], ten), nowMs, nextId)).retryAfterMs, undefined);
});

test('a limit of money counts what a use costs, and names its asset and that each agent has its own count', () => {
  const limit = limitOf({ agent: '*', asset: 'XLM', max: 5n * money });
  const { cost } = counted(countUse(use, countersOf([limit]), nowMs, nextId));
  assert.equal(cost, use.cost);
  const four = usedToday(limit, 4n * money, 'a');
  const refusal = refused(countUse(use, countersOf([limit], four), nowMs, nextId));
  assert.equal(
    refusal.message,
    'the limit budget allows at most 5 XLM in a day for each agent; 1 XLM are left, but the request uses 3 XLM',
  );
  const free = counted(countUse({ ...use, cost: 0n }, countersOf([limit], four), nowMs, nextId));
  assert.deepEqual([free.counters, free.windows], [[], []]);
});

test('a limit that only notifies refuses nothing and has nothing left beyond its maximum', () => {
  const limit = limitOf({ action: 'notify', notifyAt: [500, 1_000], serviceId: 's' });
  const { events, counters } = counted(
    countUse({ ...use, quantity: 12n * unit }, countersOf([limit]), nowMs, nextId),
  );
  assert.deepEqual(
    counters.map((counter) => counter.windows.map(({ used }) => used)),
    [[12n * unit]],
  );
  assert.deepEqual(events, [
    {
      id: 'event',
      type: 'limit.reached',
      atMs: nowMs,
      data: {
        limit: 'budget',
        level: 0.5,
        agent: null,
        serviceId: 's',
        apiKeyPrefix: null,
        window: 'day',
        windowStart: '2026-11-28T00:00:00.000Z',
        windowEnd: '2026-11-29T00:00:00.000Z',
        max: { quantity: '10' },
        used: '12',
        left: '0',
        action: 'notify',
      },
    },
    ...events.slice(1),
  ]);
  assert.deepEqual(
    events.map(({ data }) => data['level']),
    [0.5, 1],
  );
  const ofOne = limitOf({ agent: '*', action: 'notify', notifyAt: [100] });
  const [event] = counted(countUse(use, countersOf([ofOne]), nowMs, nextId)).events;
  assert.equal(event?.data['agent'], 'a');
  const window = (used: bigint) => ({ startMs: 0, used, max: 0n, reported: 0 });
  assert.deepEqual(
    [9n, 10n, 11n].map((used) => leftOf(limitOf({ max: 10n }), window(used))),
    [1n, 0n, 0n],
  );
});

test('of two limits that refuse, the answer names the one that refuses for longer', () => {
  const minute = limitOf({ id: 'minute', name: 'minute', window: 'minute', max: 5n * unit });
  const day = limitOf({ id: 'day', name: 'day', max: 5n * unit });
  const used = [
    countIn(emptyCounter('minute', ''), minute, nowMs - 30_000, 5n * unit).counter,
    usedToday(day, 5n * unit),
  ];
  for (const limits of [
    [minute, day],
    [day, minute],
  ])
    assert.equal(refused(countUse(use, countersOf(limits, ...used), nowMs, nextId)).limit, 'day');
  const twin = limitOf({ id: 'twin', name: 'twin', max: 5n * unit });
  const both = countersOf([day, twin], ...used, usedToday(twin, 5n * unit));
  assert.equal(refused(countUse(use, both, nowMs, nextId)).limit, 'day');
});

test('what a capture uses of its hold stays counted where the hold was made, and the rest is returned', () => {
  const limit = limitOf();
  const yesterday = today - dayMs;
  const before = countIn(emptyCounter('limit', ''), limit, yesterday, 6n * unit).counter;
  const held: HeldCount = {
    quantity: 6n * unit,
    kept: undefined,
    returnedAtMs: undefined,
    windows: [{ limitId: 'limit', startMs: yesterday }],
  };
  const usedIn = (quantity: bigint) =>
    counted(countUse({ ...use, quantity }, countersOf([limit], before), nowMs, nextId, held))
      .counters.flatMap(({ windows }) => windows)
      .toSorted((a, b) => a.startMs - b.startMs)
      .map(({ startMs, used }) => [startMs, used]);
  assert.deepEqual(usedIn(4n * unit), [[yesterday, 4n * unit]]);
  assert.deepEqual(usedIn(6n * unit), []);
  assert.deepEqual(usedIn(8n * unit), [
    [yesterday, 6n * unit],
    [today, 2n * unit],
  ]);
});
