import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUuidV7 } from '@billonce/idempotency/core';
import { LimitAudit } from './audit-limits.ts';
import type { Hold } from './hold.ts';
import type { Limit } from './limit.ts';
import type { LimitCounter } from './limit-counter.ts';
import type { Entry } from './usage.ts';

const dayMs = 86_400_000;
/** This time is later than everything else in this test. */
const begunMs = 1_000 * dayMs;
const idAt = (ms: number) => formatUuidV7(ms, 0, 0, '0'.repeat(12));
const limit: Limit = {
  id: idAt(0),
  name: 'budget',
  agent: undefined,
  serviceId: undefined,
  apiKeyPrefix: undefined,
  asset: undefined,
  window: 'day',
  max: 10_000_000n,
  action: 'refuse',
  notifyAt: [],
  createdAtMs: 0,
  deleted: false,
};

function counted(...windows: readonly (readonly [day: number, used: number])[]): LimitCounter {
  return {
    limitId: limit.id,
    subject: '',
    windows: windows.map(([day, used]) => ({
      startMs: day * dayMs,
      used: BigInt(used) * 1_000_000n,
      max: limit.max,
      reported: 0,
    })),
  };
}

function entry(day: number, requests: number, idDay = day): Entry {
  return {
    id: idAt(idDay * dayMs + 1),
    agent: 'a',
    serviceId: 's',
    sequence: 1,
    unitScale: 0,
    requests,
    usageId: undefined,
    occurredAtNs: undefined,
    priceVersion: 0,
    lineRequests: 0,
    recordedAtMs: day * dayMs + 1,
  };
}

function held(day: number, requests: number, more: Partial<Hold> & { readonly kept?: number } = {}): Hold {
  const { kept, ...rest } = more;
  const unit = 1_000_000n;
  return {
    id: `hold-${day}`,
    place: idAt(day * dayMs + 1),
    agent: 'a',
    serviceId: 's',
    asset: 'XLM',
    amount: 0n,
    requests,
    unitScale: 0,
    isPrepaid: false,
    parts: [],
    counted: {
      quantity: BigInt(requests) * unit,
      kept: kept === undefined ? undefined : BigInt(kept) * unit,
      returnedAtMs: more.endedAtMs,
      windows: [{ limitId: limit.id, startMs: day * dayMs }],
    },
    createdAtMs: day * dayMs + 1,
    expiresAtMs: (day + 7) * dayMs,
    state: 'open',
    endedAtMs: undefined,
    wasLapsed: false,
    entryId: undefined,
    captured: undefined,
    ...rest,
  };
}

function differences(
  before: LimitCounter[],
  entries: Entry[],
  after = before,
  of = limit,
  holds: readonly Hold[] = [],
): readonly string[] {
  const audit = new LimitAudit([of], begunMs);
  audit.before(before);
  for (const one of entries) audit.entry(one, 0n);
  audit.after(after);
  for (const hold of holds) audit.hold(hold);
  return audit.finish().differences;
}

test('counters that are the sums of their entries have no difference', () => {
  assert.deepEqual(differences([counted([1, 4], [2, 10])], [entry(1, 4), entry(2, 7), entry(2, 3)]), []);
  assert.deepEqual(differences([], []), []);
  const days = [entry(1, 9), entry(2, 9), entry(3, 9), entry(4, 9), entry(5, 9), entry(6, 2), entry(7, 1)];
  assert.deepEqual(differences([counted([6, 2], [7, 1])], days), []);
});

test('usage that is recorded while the entries are read is no difference', () => {
  const before = [counted([1, 4])];
  assert.deepEqual(differences(before, [entry(1, 4), entry(1, 2)], [counted([1, 8])]), []);
  assert.deepEqual(differences([], [], [counted([1, 8])]), []);
});

test('a counter that was changed by a refused atomic bulk is found', () => {
  assert.match(String(differences([counted([1, 9])], [entry(1, 4)])), /limit budget counts 9 .* is not what/);
});

test('a limit that was read outside its lock is found: its entries add up to more than its counter', () => {
  const found = differences([counted([1, 10])], [entry(1, 4), entry(1, 4), entry(1, 4)]);
  assert.match(String(found), /limit budget counts 10 .* is not what the entries and open holds come to/);
});

test('usage that no counter counted is found', () => {
  assert.match(String(differences([], [entry(1, 1)])), /limit budget does not count what was recorded/);
  assert.match(String(differences([counted([1, 4])], [entry(1, 4), entry(2, 1)])), /does not count/);
});

test('a counter beyond the maximum that was in force is found', () => {
  assert.match(String(differences([counted([1, 11])], [entry(1, 11)])), /more was accepted/);
});

test('usage from around the time at which a limit was set may be counted or not', () => {
  const late = { ...limit, id: idAt(dayMs) };
  assert.deepEqual(differences([], [entry(1, 4)], [], late), []);
  const counter = (used: number) => [{ ...counted([1, used]), limitId: late.id }];
  assert.deepEqual(differences(counter(4), [entry(1, 4)], undefined, late), []);
  assert.equal(differences(counter(5), [entry(1, 4)], undefined, late).length, 1);
});

test('a window that restarts after the clock was set back is no difference, but a restarted lifetime is', () => {
  assert.deepEqual(differences([counted([1, 4], [3, 1])], [entry(1, 7), entry(3, 1), entry(1, 4, 3)]), []);
  const lifetime: Limit = { ...limit, window: 'lifetime' };
  const found = differences([counted([0, 4])], [entry(1, 7), entry(1, 4, 3)], undefined, lifetime);
  assert.match(String(found), /counts 4 .* is not what/);
});

test('an open hold counts, and usage that captured a hold stays counted in the window of the hold', () => {
  const ofHolds = (counter: LimitCounter[], entries: Entry[], ...holds: Hold[]) =>
    differences(counter, entries, undefined, undefined, holds);
  assert.deepEqual(ofHolds([counted([1, 7])], [entry(1, 4)], held(1, 3)), []);
  const captured = { state: 'captured', endedAtMs: 2 * dayMs + 1 } as const;
  const used = [entry(1, 4), entry(2, 3)];
  assert.deepEqual(ofHolds([counted([1, 7])], used, held(1, 5, { ...captured, kept: 3 })), []);
  assert.deepEqual(ofHolds([counted([1, 6], [2, 1])], used, held(1, 2, { ...captured, kept: 2 })), []);
  // The hold had lapsed before its capture.
  const late = held(1, 5, { ...captured, wasLapsed: true });
  assert.deepEqual(ofHolds([counted([1, 4], [2, 3])], used, late), []);
  const released = { state: 'released', endedAtMs: 2 * dayMs } as const;
  assert.deepEqual(ofHolds([counted([1, 4])], [entry(1, 4)], held(1, 5, released)), []);
});

test('an open hold that is not counted, and a hold that was returned twice or never, are found', () => {
  const found = (used: number, hold: Hold) =>
    differences([counted([1, used])], [entry(1, 4)], undefined, undefined, [hold]).length;
  const released = { state: 'released', endedAtMs: 2 * dayMs } as const;
  assert.equal(found(4, held(1, 3)), 1);
  assert.equal(found(7, held(1, 3, released)), 1);
  assert.equal(found(1, held(1, 3, released)), 1);
  // The hold had lapsed long ago, and this was recorded while the audit ran.
  const late = held(1, 3, { state: 'lapsed', endedAtMs: 2 * dayMs });
  const counting = late.counted && { ...late.counted, returnedAtMs: begunMs };
  assert.deepEqual([found(7, late), found(7, { ...late, counted: counting })], [1, 0]);
  // A hold that ended while the audit ran may or may not be part of the counter.
  const justNow = { state: 'released', endedAtMs: begunMs } as const;
  assert.deepEqual(
    [found(4, held(1, 3, justNow)), found(7, held(1, 3, justNow)), found(8, held(1, 3, justNow))],
    [0, 0, 1],
  );
});
