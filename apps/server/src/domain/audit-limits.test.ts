import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUuidV7 } from '@billonce/idempotency/core';
import { LimitAudit } from './audit-limits.ts';
import type { Limit } from './limit.ts';
import type { LimitCounter } from './limit-counter.ts';
import type { Entry } from './usage.ts';

const dayMs = 86_400_000;
const idAt = (ms: number) => formatUuidV7(ms, 0, 0, '0'.repeat(12));
const limit: Limit = {
  id: idAt(0),
  name: 'budget',
  agent: undefined,
  serviceId: undefined,
  apiKeyPrefix: undefined,
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
    requests,
    usageId: undefined,
    occurredAtNs: undefined,
    priceVersion: 0,
    lineRequests: 0,
    recordedAtMs: day * dayMs + 1,
  };
}

function differences(
  before: LimitCounter[],
  entries: Entry[],
  after = before,
  of = limit,
): readonly string[] {
  const audit = new LimitAudit([of]);
  audit.before(before);
  for (const one of entries) audit.entry(one);
  audit.after(after);
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

test('a counter that a refused atomic bulk has moved is found', () => {
  assert.match(String(differences([counted([1, 9])], [entry(1, 4)])), /limit budget counts 9 .* is not what/);
});

test('a limit that was read outside its lock is found: entries come to more than was counted', () => {
  const found = differences([counted([1, 10])], [entry(1, 4), entry(1, 4), entry(1, 4)]);
  assert.match(String(found), /limit budget counts 10 .* is not what the entries come to/);
});

test('usage that no counter has is found', () => {
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

test('a window that begins again after the clock was set back is no difference, a lifetime is never begun again', () => {
  assert.deepEqual(differences([counted([1, 4], [3, 1])], [entry(1, 7), entry(3, 1), entry(1, 4, 3)]), []);
  const lifetime: Limit = { ...limit, window: 'lifetime' };
  const found = differences([counted([0, 4])], [entry(1, 7), entry(1, 4, 3)], undefined, lifetime);
  assert.match(String(found), /counts 4 .* is not what/);
});
