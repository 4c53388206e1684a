// What a statement says of an account between two positions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, emptyAccount } from './account.ts';
import { linesOf } from './agent-statement.ts';
import { costOfRequests, priceOfStroops } from './money.ts';
import type { Movement } from './movement.ts';
import { type Position, positionAtEnd } from './position.ts';
import { quoteOf } from './quote.ts';
import { inStroops, newService } from './service.ts';
import { settleOn } from './settlement.ts';
import { noMovements, stateAccount, unbilledAt, withMovements } from './statement.ts';
import type { Tiers } from './tiers.ts';

const seven = priceOfStroops(7n);
const service = newService('s', inStroops(7n));
const tiers: Tiers = {
  period: 'lifetime',
  tiers: [
    { upTo: 10, price: priceOfStroops(5n), package: undefined },
    { upTo: undefined, price: priceOfStroops(2n), package: undefined },
  ],
};

function count(requests: number) {
  return { requests, charged: requests };
}

function line(
  priceVersion: number,
  recordedRequests: number,
  reversedRequests = 0,
): Account['lines'][number] {
  const price = priceVersion === 0 ? undefined : seven;
  return { priceVersion, price, recordedRequests, reversedRequests, settledRequests: 0 };
}

function accountOf(...lines: Account['lines']): Account {
  return { ...emptyAccount('a', 's'), lines };
}

function positionOf(changed: Partial<Position>): Position {
  return { ...positionAtEnd(emptyAccount('a', 's')), ...changed };
}

const start = positionOf({});
const cost = (requests: number) => costOfRequests(requests, seven, { unitScale: 0 });
const stroops = (price: bigint) => costOfRequests(1, priceOfStroops(price), { unitScale: 0 });

test('a statement has what was used and taken back at each price between its positions', () => {
  const account = { ...accountOf(line(1, 20, 6), line(2, 8, 1), line(3, 5)), sequence: 9 };
  const from = positionOf({
    sequence: 4,
    priceVersion: 1,
    lineRequests: 12,
    reversed: new Map([[1, 2]]),
    paid: 3n,
  });
  const to = positionOf({
    sequence: 7,
    priceVersion: 2,
    lineRequests: 8,
    reversed: new Map([
      [1, 6],
      [2, 1],
    ]),
    paid: 10n,
  });
  const stated = stateAccount(account, service, from, to);
  assert.deepEqual(
    stated.charges.map((one) => [
      one.priceVersion,
      one.requests,
      one.reversedRequests,
      one.amount,
      one.reversedAmount,
    ]),
    [
      [1, 8, 4, cost(8), cost(4)],
      [2, 8, 1, cost(8), cost(1)],
    ],
  );
  assert.deepEqual([stated.paid, stated.from, stated.through], [7n, 4, 7]);
});

test('a statement has a charge for usage without a reversal, and for a reversal without usage', () => {
  const account = accountOf(line(1, 9, 2), line(2, 4), line(3, 6, 1));
  const from = positionOf({ priceVersion: 3, lineRequests: 6, reversed: new Map([[3, 1]]) });
  const to = positionOf({
    priceVersion: 3,
    lineRequests: 6,
    reversed: new Map([
      [1, 2],
      [3, 1],
    ]),
  });
  const requestsOf = (...positions: readonly [Position, Position]) =>
    stateAccount(account, service, ...positions).charges.map((one) => [
      one.priceVersion,
      one.requests,
      one.reversedRequests,
    ]);
  assert.deepEqual(requestsOf(from, to), [[1, 0, 2]]);
  assert.deepEqual(requestsOf(start, from), [
    [1, 9, 0],
    [2, 4, 0],
    [3, 6, 1],
  ]);
  assert.deepEqual(requestsOf(to, to), []);
});

test('usage without a price and usage at the first price are one charge as soon as there is a price', () => {
  const account = accountOf(line(0, 3, 1), line(1, 5, 2));
  const to = positionAtEnd(account);
  const [priced, ...others] = stateAccount(account, service, start, to).charges;
  assert.deepEqual(others, []);
  assert.deepEqual(
    [
      priced?.priceVersion,
      priced?.requests,
      priced?.reversedRequests,
      priced?.amount,
      priced?.reversedAmount,
    ],
    [1, 8, 3, cost(8), cost(3)],
  );
  const unpriced = accountOf(line(0, 3, 1));
  const [charge] = stateAccount(unpriced, undefined, start, positionAtEnd(unpriced)).charges;
  assert.deepEqual(
    [charge?.priceVersion, charge?.price, charge?.amount, charge?.requests],
    [0, undefined, undefined, 3],
  );
});

test('a charge in tiers has what was used and taken back of each', () => {
  const counts = {
    recorded: [count(10), count(6)],
    reversed: [count(0), count(4)],
    settled: [count(0), count(0)],
  };
  const tiered = { ...line(1, 16, 4), price: 0n, tiered: { tiers, unitScale: 0, ...counts } };
  const account = { ...accountOf(tiered), sequence: 5 };
  const from = positionOf({
    sequence: 2,
    priceVersion: 1,
    lineRequests: 8,
    tiers: { line: [count(8), count(0)], reversed: new Map(), reversedBehind: new Map() },
  });
  const to = positionAtEnd(account);
  const [charge] = stateAccount(account, service, from, to).charges;
  assert.deepEqual(
    [charge?.requests, charge?.reversedRequests, charge?.amount, charge?.reversedAmount],
    [8, 4, stroops(2n * 5n + 6n * 2n), stroops(4n * 2n)],
  );
  assert.deepEqual(
    [charge?.tiered?.used, charge?.tiered?.reversed].map((parts) => parts?.map(({ requests }) => requests)),
    [
      [2, 6],
      [0, 4],
    ],
  );
  assert.deepEqual(stateAccount(account, service, to, to).charges, []);
  const beforeReversal = positionOf({
    ...to,
    tiers: { line: [count(10), count(6)], reversed: new Map(), reversedBehind: new Map() },
  });
  assert.equal(stateAccount(account, service, beforeReversal, to).charges.length, 1);
});

test('a statement has a line for each charge or its tiers, for each bill and for each write-off', () => {
  const used = accountOf(line(1, 9), line(2, 4));
  const settled = settleOn(used, quoteOf(used, service), undefined, 'id', 0);
  assert.ok(settled);
  const { settlement } = settled;
  const of = {
    ...stateAccount(used, service, start, positionAtEnd(used)),
    serviceId: 's',
    unit: undefined,
    assetScale: 7,
    opening: 0n,
    closing: 0n,
    bills: [settlement, settlement, settlement],
    writeOffs: [{ sequence: 2, writeOff: { kind: 'write_off', stroops: 1n, reason: 'r' } }],
  } as const;
  assert.equal(linesOf(of), 6);
  const part = { ...tiers.tiers[0], upTo: 10, price: 5n, package: undefined, ...count(1) };
  const [flat] = of.charges;
  assert.ok(flat);
  const inTiers = { ...flat, tiered: { used: [part, part, part], reversed: [] } };
  assert.equal(linesOf({ ...of, charges: [flat, inTiers] }), 8);
});

test('what is unbilled is the cost of what is left, less bills and what was drawn', () => {
  const used = [count(10), count(6)];
  const tiered = {
    tiers,
    unitScale: 0,
    recorded: used,
    reversed: [count(0), count(1)],
    settled: [count(0), count(0)],
  };
  const account = {
    ...accountOf(line(0, 3), line(1, 5, 2), { ...line(2, 16, 1), price: 0n, tiered }),
    paid: 11n,
  };
  const left = cost(3 + 5 - 2) + stroops(10n * 5n + 5n * 2n);
  assert.equal(unbilledAt(account, service, positionAtEnd(account), 4n), left - stroops(4n) - 11n);
  // Without a price, usage counts nothing.
  const unpriced = accountOf(line(0, 3));
  assert.equal(unbilledAt(unpriced, undefined, positionAtEnd(unpriced), 0n), 0n);
});

test('the movements of a balance are added up by their kind', () => {
  const moved = (kind: Movement['kind'], amount: bigint): Movement => ({
    agent: 'a',
    asset: 'XLM',
    number: 1,
    kind,
    amount,
    available: 0n,
    grantId: undefined,
    entryId: undefined,
    holdId: undefined,
    atMs: 0,
    recordedAtMs: 0,
  });
  const once = withMovements(noMovements, [moved('drawn', 3n), moved('granted', 9n), moved('drawn', 4n)]);
  assert.deepEqual(once, { ...noMovements, drawn: 7n, granted: 9n });
  assert.deepEqual(withMovements(once, [moved('drawn', 1n)]).drawn, 8n);
});
