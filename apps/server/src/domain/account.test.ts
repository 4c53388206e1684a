import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Account,
  emptyAccount,
  isUnsettled,
  outstandingRequests,
  recordOn,
  replaceLine,
} from './account.ts';
import { amountOfStroop, costOfRequests, priceOfStroops, requestsTotalMax, stroopsMax } from './money.ts';
import { quoteOf } from './quote.ts';
import { reverseOn } from './reversal.ts';
import { inStroops, newService, type Service, withPrice } from './service.ts';
import { settleOn } from './settlement.ts';

const priceMax = 9_007_199_254n;

const whole = { unitScale: 0 };

function costInStroops(requests: number, stroops: bigint): bigint {
  return costOfRequests(requests, priceOfStroops(stroops), whole);
}

function recorded(account: Account, service: Service | undefined, requests: number): Account {
  const after = recordOn(account, service, requests, 0);
  if (after === undefined) throw new Error('a limit was passed');
  return after.account;
}

function reversalOf({
  version,
  requests,
  sequence,
}: {
  version: number;
  requests: number;
  sequence: number;
}) {
  const requestsByVersion = new Map([[version, requests]]);
  const range = { from: sequence - 1, through: sequence };
  return { id: 'id', nowMs: 0, entryId: 'entry', reason: 'r', requestsByVersion, ...range };
}

test('amounts are exact beyond 2^53 and beyond 2^64', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: requestsTotalMax }),
      fc.bigInt({ min: 0n, max: priceMax }),
      (n, price) => {
        const amount = costInStroops(n, price) / amountOfStroop;
        assert.equal(price === 0n ? 0n : amount / price, price === 0n ? 0n : BigInt(n));
        assert.equal(price === 0n ? amount : amount % price, 0n);
      },
    ),
  );
});

test('a total of 2^53-1 requests can be reached but not exceeded', () => {
  const free = newService('s', inStroops(0n));
  const full: Account = { ...emptyAccount('a', 's'), recordedRequests: requestsTotalMax - 5 };
  assert.equal(recorded(full, free, 5).recordedRequests, requestsTotalMax);
  assert.equal(recordOn(full, free, 6, 0), undefined);
});

test('a total of 2^63-1 stroops can be reached but not exceeded', () => {
  const dear = newService('s', inStroops(priceMax));
  const most = Number(stroopsMax / priceMax);
  const line = {
    priceVersion: 1,
    price: priceOfStroops(priceMax),
    recordedRequests: most - 3,
    reversedRequests: 0,
    settledRequests: 0,
  };
  const near: Account = { ...emptyAccount('a', 's'), recordedRequests: most - 3, lines: [line] };
  assert.equal(recorded(near, dear, 3).recordedRequests, most);
  assert.equal(recordOn(near, dear, 4, 0), undefined);
});

test('a quote and its settlement conserve requests and stroops through price changes', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('use' as const), requests: fc.integer({ min: 1, max: 1_000_000 }) }),
    fc.record({ kind: fc.constant('price' as const), price: fc.bigInt({ min: 0n, max: priceMax }) }),
    fc.record({ kind: fc.constant('settle' as const) }),
    fc.record({ kind: fc.constant('reverse' as const), number: fc.nat({ max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let account = emptyAccount('a', 's');
      let service: Service | undefined;
      let unpriced = 0;
      let worth = 0n;
      let billed = 0n;
      let requests = 0;
      const used: { version: number; requests: number; sequence: number; isReversed: boolean }[] = [];
      for (const now of steps) {
        if (now.kind === 'use') {
          account = recorded(account, service, now.requests);
          const version = service?.priceVersion ?? 0;
          used.push({ version, requests: now.requests, sequence: account.sequence, isReversed: false });
          requests += now.requests;
          if (service === undefined) unpriced += now.requests;
          else worth += costOfRequests(now.requests, service.price, whole);
        } else if (now.kind === 'price') {
          if (service === undefined) worth += costInStroops(unpriced, now.price);
          const stated = inStroops(now.price);
          service = service === undefined ? newService('s', stated) : withPrice(service, stated);
        } else if (now.kind === 'reverse') {
          const one = used[now.number];
          if (one === undefined || one.isReversed) continue;
          one.isReversed = true;
          const price = account.lines.find((line) => line.priceVersion === one.version)?.price;
          account = reverseOn(account, reversalOf(one)).account;
          requests -= one.requests;
          if (one.version > 0) worth -= costOfRequests(one.requests, price ?? 0n, whole);
          else if (service === undefined) unpriced -= one.requests;
          else worth -= costOfRequests(one.requests, service.firstPrice, whole);
        } else if (service !== undefined) {
          const quote = quoteOf(account, service);
          const settled = settleOn(account, quote, undefined, 'id', 0);
          assert.ok(settled);
          account = settled.account;
          billed += settled.settlement.billedStroops;
          assert.equal(outstandingRequests(account), 0);
          assert.ok(settled.settlement.billedStroops >= 0n && account.carriedStroops <= 0n);
        }
      }
      const last = service === undefined ? undefined : quoteOf(account, service);
      const open = last === undefined ? 0n : last.billedStroops + last.carriedOnStroops;
      assert.equal((billed + open) * amountOfStroop, worth);
      assert.equal(account.recordedRequests - account.reversedRequests, requests);
    }),
  );
});

test('usage without a price and usage at the first price count as one line: an account is settled if they offset each other', () => {
  const line = (priceVersion: number, recordedRequests: number, reversedRequests: number) => ({
    priceVersion,
    price: priceVersion === 0 ? undefined : priceOfStroops(7n),
    recordedRequests,
    reversedRequests,
    settledRequests: 0,
  });
  const isLeft = (...lines: readonly ReturnType<typeof line>[]) =>
    isUnsettled({ ...emptyAccount('a', 's'), lines });
  assert.equal(isLeft(line(0, 5, 2), line(1, 1, 4)), false);
  assert.equal(isLeft(line(0, 5, 2), line(1, 4, 4)), true);
  assert.equal(isLeft(line(0, 2, 2), line(1, 4, 1)), true);
  assert.equal(isLeft(line(0, 5, 2), line(2, 1, 4)), true);
  assert.equal(isLeft(line(1, 5, 2), line(2, 1, 4)), true);
  assert.equal(isLeft(line(0, 2, 2), line(1, 4, 4), line(2, 1, 1)), false);
});

test('usage is recorded on the last line, and thousands of earlier lines are not read', () => {
  let looks = 0;
  const lines = Array.from({ length: 1_000 }, (_, at) => ({
    get priceVersion() {
      looks += 1;
      return at + 1;
    },
    price: priceOfStroops(1n),
    recordedRequests: 1,
    reversedRequests: 0,
    settledRequests: 0,
  }));
  for (const priceVersion of [1_000, 1_001]) {
    const service = { ...newService('s', inStroops(1n)), priceVersion };
    const after = recorded(
      { ...emptyAccount('a', 's'), sequence: 1_000, recordedRequests: 1_000, lines },
      service,
      1,
    );
    assert.equal(after.lines.length, priceVersion);
  }
  assert.ok(looks < 20, `${looks} looks`);
});

test('a settlement leaves lines without outstanding usage unchanged', () => {
  const service = newService('s', inStroops(1n));
  const first = recorded(emptyAccount('a', 's'), service, 1);
  const settled = settleOn(first, quoteOf(first, service, undefined), undefined, 'id', 0);
  assert.ok(settled);
  const more = recorded(settled.account, withPrice(service, inStroops(2n)), 1);
  const again = settleOn(more, quoteOf(more, service, undefined), undefined, 'id', 0);
  assert.equal(again?.account.lines[0], settled.account.lines[0]);
  assert.notEqual(again?.account.lines[1], more.lines[1]);
});

test('an account can cost exactly 2^63-1 stroops, at a flat price and in tiers', () => {
  // A divisor of 2^63-1.
  const stroops = 649_657n;
  const requests = Number(stroopsMax / stroops);
  const flat = newService('s', inStroops(stroops));
  const price = priceOfStroops(stroops);
  const tiers = { period: 'lifetime', tiers: [{ upTo: undefined, price, package: undefined }] } as const;
  for (const service of [flat, { ...flat, tiers }]) {
    const near = recorded(emptyAccount('a', 's'), service, requests - 1);
    const full = recorded(near, service, 1);
    assert.equal(recordOn(full, service, 1, 0), undefined);
    assert.equal(recordOn(near, service, 2, 0), undefined);
  }
});

test('a line that is not the last one is replaced at its place', () => {
  const line = (priceVersion: number, recordedRequests: number) => ({
    priceVersion,
    price: priceOfStroops(1n),
    recordedRequests,
    reversedRequests: 0,
    settledRequests: 0,
  });
  const lines = replaceLine([line(1, 1), line(2, 2), line(3, 3)], line(2, 9));
  assert.deepEqual(
    lines.map(({ recordedRequests }) => recordedRequests),
    [1, 9, 3],
  );
});
