// What of an account is outstanding, and what of it came after a position.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Account,
  accountFor,
  emptyAccount,
  hasOutstanding,
  isUnsettled,
  outstandingRequests,
} from './account.ts';
import type { Position } from './position.ts';
import { isEmptyQuote, type Quote, quoteOf } from './quote.ts';
import { openFrom, returnedFor, reverseOn, unreturnedBehind, unreversedBehind } from './reversal.ts';
import { inStroops, newService } from './service.ts';
import type { Tiers } from './tiers.ts';

const none = { requests: 0, charged: 0 };
const tiers: Tiers = { period: 'lifetime', tiers: [{ upTo: undefined, price: 3n, package: undefined }] };

function lineOf(priceVersion: number, recordedRequests: number, reversedRequests = 0, settledRequests = 0) {
  return { priceVersion, price: 7n, recordedRequests, reversedRequests, settledRequests };
}

function withLines(...lines: Account['lines']): Account {
  return { ...emptyAccount('a', 's'), lines };
}

test('outstanding requests are those that are recorded and neither reversed nor settled, and never fewer than none', () => {
  const account = { ...emptyAccount('a', 's'), recordedRequests: 10, reversedRequests: 3 };
  assert.equal(outstandingRequests({ ...account, settledRequests: 2 }), 5);
  assert.equal(outstandingRequests({ ...account, settledRequests: 9 }), 0);
});

test('an account is unsettled for as long as requests, a credit or a payment are on no bill', () => {
  const paid = { ...emptyAccount('a', 's'), paid: 5n, settledPaid: 5n };
  const cases: readonly [Account, isUnsettled: boolean, hasOutstanding: boolean][] = [
    [emptyAccount('a', 's'), false, false],
    [{ ...emptyAccount('a', 's'), carriedStroops: -1n }, true, false],
    [paid, false, false],
    [{ ...paid, settledPaid: 4n }, true, true],
    [withLines(lineOf(1, 10, 3, 7)), false, false],
    [withLines(lineOf(1, 10, 3, 7), lineOf(2, 10, 3, 6)), true, true],
    [withLines(lineOf(1, 10, 3, 6), lineOf(2, 10, 3, 7)), true, true],
    // A credit: more was taken back than is left.
    [withLines(lineOf(2, 10, 4, 7)), true, true],
  ];
  for (const [account, unsettled, outstanding] of cases) {
    assert.deepEqual([isUnsettled(account), hasOutstanding(account)], [unsettled, outstanding]);
  }
});

test('a line of tiers is open if one tier was used and as much of another was taken back', () => {
  const two: Tiers = { period: 'day', tiers: [{ upTo: 5, price: 3n, package: undefined }, ...tiers.tiers] };
  const count = { requests: 2, charged: 2 };
  const line = (recorded: readonly (typeof none)[]) => ({
    ...lineOf(2, 2, 2),
    tiered: { tiers: two, unitScale: 0, recorded, reversed: [none, count], settled: [none, none] },
  });
  assert.equal(hasOutstanding(withLines(line([count, none]))), true);
  assert.equal(hasOutstanding(withLines(line([none, count]))), false);
});

test('an account keeps the places of its units when its service gets others', () => {
  const service = { ...newService('s', inStroops(1n)), unitScale: 3 };
  assert.equal(accountFor(emptyAccount('a', 's'), service).unitScale, 3);
  const used = { ...emptyAccount('a', 's', 2), sequence: 1 };
  assert.equal(accountFor(used, service).unitScale, 2);
});

test('usage is open from the later of the last settled and the last cleared entry', () => {
  const account = { ...emptyAccount('a', 's'), settledThrough: 4, clearedThrough: 7 };
  assert.equal(openFrom(account), 7);
  assert.equal(openFrom({ ...account, settledThrough: 9 }), 9);
});

test('what came after a position and was not taken back is open, at each price version', () => {
  const position: Position = {
    sequence: 4,
    priceVersion: 2,
    lineRequests: 6,
    reversed: new Map(),
    reversedBehind: new Map([
      [2, 3],
      [3, 8],
      [4, 1],
    ]),
    laterReversedFrom: undefined,
    paid: 40n,
    returnedLater: 4n,
  };
  const account = withLines(lineOf(1, 9), lineOf(2, 16), lineOf(3, 8), lineOf(4, 2));
  // Of version 1 nothing came later, and of version 3 everything was taken back.
  assert.deepEqual(
    [...unreversedBehind(account, position)],
    [
      [2, 7],
      [4, 1],
    ],
  );
  assert.equal(unreturnedBehind({ ...account, paid: 100n }, position), 64n);
});

test('the parts of a reversal return exactly what was drawn', () => {
  const entry = { drawn: 10n, requests: 3 };
  assert.deepEqual(
    [returnedFor(entry, 0, 1), returnedFor(entry, 1, 1), returnedFor(entry, 2, 1)],
    [3n, 3n, 4n],
  );
  assert.equal(returnedFor({ drawn: undefined, requests: 3 }, 0, 1), undefined);
});

test('a bill has its lines in the order of the price versions, flat ones and those with tiers', () => {
  const used = { requests: 4, charged: 4 };
  const tiered = { tiers, unitScale: 0, recorded: [used], reversed: [none], settled: [none] };
  const account = withLines(
    { ...lineOf(1, 4), tiered },
    lineOf(2, 5),
    { ...lineOf(3, 4), tiered },
    lineOf(4, 2),
  );
  const quote = quoteOf(account, { ...newService('s', inStroops(1n)), priceVersion: 4 });
  assert.deepEqual(
    quote.lines.map(({ priceVersion, requests }) => [priceVersion, requests]),
    [
      [1, 4],
      [2, 5],
      [3, 4],
      [4, 2],
    ],
  );
});

test('a quote without lines bills what was drawn for lines that offset each other', () => {
  const quote: Quote = quoteOf(emptyAccount('a', 's'), newService('s', inStroops(1n)));
  assert.equal(isEmptyQuote(quote), true);
  assert.equal(isEmptyQuote({ ...quote, paid: 1n }), false);
});

test('a reversal keeps what is still paid of its account, and nothing if that is 0', () => {
  const account = { ...withLines(lineOf(1, 10)), sequence: 4, paid: 9n };
  const wanted = { id: 'id', nowMs: 0, entryId: 'entry', reason: 'r', requestsByVersion: new Map([[1, 2]]) };
  const paidAfter = (drawn: bigint) =>
    reverseOn(account, { ...wanted, from: 3, through: 4, drawn }).entry.paidAfter;
  assert.equal(paidAfter(5n), 4n);
  assert.equal(paidAfter(9n), undefined);
});
