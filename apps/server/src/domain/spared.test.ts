// What retries would have cost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, Fact } from './command.ts';
import { costOfRequests, priceOfStroops } from './money.ts';
import { inStroops, newService, type Service } from './service.ts';
import { sparedByIds, sparedByReplay } from './spared.ts';

const priced = newService('s', inStroops(7n));
const usd = { ...priced, serviceId: 'usd', asset: 'USD' };
const tiered: Service = {
  ...priced,
  tiers: {
    period: 'day',
    tiers: [
      { upTo: 5, price: priceOfStroops(3n), package: undefined },
      { upTo: undefined, price: priceOfStroops(1n), package: undefined },
    ],
  },
};
const known = new Map([
  ['s', priced],
  ['usd', usd],
  ['tiered', tiered],
]);
const serviceOf = (serviceId: string) => known.get(serviceId);
const cost = (requests: number, stroops: bigint) =>
  costOfRequests(requests, priceOfStroops(stroops), { unitScale: 0 });

function itemOf(serviceId: string, requests: number) {
  return { agent: 'a', serviceId, requests, usageId: undefined, occurredAtNs: undefined };
}

const single: Command = { kind: 'record_usage', item: itemOf('s', 3) };
const bulk: Command = {
  kind: 'record_usage_bulk',
  isAtomic: false,
  items: [
    { kind: 'valid', item: itemOf('s', 3) },
    { kind: 'invalid', message: 'm' },
    { kind: 'valid', item: itemOf('usd', 4) },
    { kind: 'valid', item: itemOf('tiered', 5) },
    { kind: 'valid', item: itemOf('unknown', 6) },
  ],
};

test('the replay of a write spares the usage that the first attempt recorded', () => {
  const none = () => new Set<number>();
  assert.deepEqual(sparedByReplay(single, none, serviceOf), { retries: 1, requests: 3n, cost: cost(3, 7n) });
  const spared = sparedByReplay(bulk, () => new Set([0, 1, 2, 3, 4]), serviceOf);
  // Usage in another asset, and without a price, is counted without a cost; tiers count with the first one.
  assert.deepEqual(spared, { retries: 4, requests: 18n, cost: cost(3, 7n) + cost(5, 3n) });
  assert.equal(sparedByReplay(bulk, () => new Set([2]), serviceOf)?.retries, 1);
  assert.equal(sparedByReplay({ kind: 'pass_time', agents: [] }, none, serviceOf), undefined);
});

test('known usage ids spare the items that were duplicates', () => {
  const twice: Fact = {
    kind: 'usage_known',
    agent: 'a',
    serviceId: 's',
    entryId: 'e',
    total: 3,
    unitScale: 0,
  };
  assert.deepEqual(sparedByIds(single, twice, serviceOf), { retries: 1, requests: 3n, cost: cost(3, 7n) });
  const first = { kind: 'recorded', total: 3, unitScale: 0 } as const;
  const again = { kind: 'duplicate', total: 3, unitScale: 0 } as const;
  const invalid = { kind: 'invalid', message: 'm' } as const;
  const of = (...results: Extract<Fact, { kind: 'usage_bulk_recorded' }>['results']) =>
    sparedByIds(bulk, { kind: 'usage_bulk_recorded', results }, serviceOf);
  assert.deepEqual(of(first, invalid, first, again, first), { retries: 1, requests: 5n, cost: cost(5, 3n) });
  assert.equal(of(first, invalid, first, first, first), undefined);
  // The fact of another command is not asked.
  const bulkFact: Fact = { kind: 'usage_bulk_recorded', results: [again] };
  assert.equal(sparedByIds(single, bulkFact, serviceOf), undefined);
  assert.equal(sparedByIds(bulk, twice, serviceOf), undefined);
});
