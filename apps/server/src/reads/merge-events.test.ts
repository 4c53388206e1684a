import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inXlm } from '../domain/asset.ts';
import { eventFacts, type NotedEvent } from '../domain/event.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { Entry } from '../domain/usage.ts';
import { type EventRows, mergeEvents, type Order } from './merge-events.ts';

const idOf = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const entry = (number: number): Entry => ({
  id: idOf(number),
  agent: 'a',
  serviceId: 's',
  unitScale: 0,
  sequence: number,
  requests: 1,
  priceVersion: 1,
  lineRequests: 1,
  usageId: undefined,
  occurredAtNs: undefined,
  recordedAtMs: 0,
  reversal: undefined,
});

const settlement = (number: number): Settlement => ({
  id: idOf(number),
  agent: 'a',
  serviceId: 's',
  unitScale: 0,
  ...inXlm,
  number,
  from: 0,
  through: 1,
  requests: 1,
  lines: [],
  carriedStroops: 0n,
  remainder: 0n,
  paid: 0n,
  billedStroops: 0n,
  settledAtMs: 0,
});

const noted = (number: number): NotedEvent => ({
  id: idOf(number),
  type: 'service.changed',
  atMs: 0,
  data: {},
});

/** The rows of each kind that an engine returns after a position: at most `limit`. */
function rowsBeyond(kinds: readonly number[], order: Order, beyond: string, limit: number): EventRows {
  const numbersOf = (kind: number) =>
    kinds
      .flatMap((ofKind, number) => (ofKind === kind ? [number] : []))
      .filter((number) => (order === 'asc' ? idOf(number) > beyond : idOf(number) < beyond))
      .sort((a, b) => (order === 'asc' ? a - b : b - a))
      .slice(0, limit);
  return {
    entries: numbersOf(0).map(entry),
    settlements: numbersOf(1).map(settlement),
    noted: numbersOf(2).map(noted),
  };
}

test('events after a full page of one kind wait for the rest of it, for all kinds and orders', () => {
  const kind = fc.integer({ min: 0, max: 2 });
  fc.assert(
    fc.property(
      fc.array(kind, { maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom<Order>('asc', 'desc'),
      (kinds, limit, order) => {
        const seen: string[] = [];
        let beyondId = order === 'asc' ? '' : 'ffffffff';
        for (let isEnd = false; !isEnd; ) {
          const wanted = {
            tenant: 't',
            kinds: { entries: true, settlements: true, noted: true },
            order,
            beyondId,
            limit,
          };
          const merged = mergeEvents(rowsBeyond(kinds, order, beyondId, limit), wanted);
          seen.push(...merged.rows.map((event) => eventFacts(event).id));
          beyondId = seen.at(-1) ?? beyondId;
          isEnd = merged.isEnd;
        }
        const all = kinds.map((_, number) => idOf(number));
        assert.deepEqual(seen, order === 'asc' ? all : all.toReversed());
      },
    ),
  );
});

test('a page that one kind fills ends at its last row', () => {
  const wanted = {
    tenant: 't',
    kinds: { entries: true, settlements: true, noted: true },
    order: 'asc',
    beyondId: '',
    limit: 2,
  } as const;
  const rows = { entries: [entry(1), entry(2)], settlements: [settlement(5)], noted: [] };
  const { rows: merged, isEnd } = mergeEvents(rows, wanted);
  assert.deepEqual(
    merged.map((event) => eventFacts(event).id),
    [idOf(1), idOf(2)],
  );
  assert.equal(isEnd, false);
});
