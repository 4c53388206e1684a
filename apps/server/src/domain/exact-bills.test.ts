// Compares bills with an independent decimal calculator: several settlements bill the same as a single one, to the last
// atom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { figure, withstood } from '../../test/harness/proofs.ts';
import { rounds } from '../../test/harness/rounds.ts';
import { type Account, emptyAccount, recordOn } from './account.ts';
import { formatDecimal, parsePrice, pricedUnits, unitScaleMax } from './amount.ts';
import { type InAsset, inXlm } from './asset.ts';
import { quoteOf } from './quote.ts';
import { reverseOn } from './reversal.ts';
import { inStroops, newService, type Service, withPrice } from './service.ts';
import { type Settlement, settleOn } from './settlement.ts';

/** Enough digits for the largest sum: the calculator that we compare with must not round. */
const Exact = Decimal.clone({ precision: 120, toExpNeg: -200, toExpPos: 200 });
const numRuns = rounds({ test: 400, prove: 100_000 });

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 9_999_999n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, places]) => formatDecimal(digits, places));
/** XLM, an asset with fewer decimal places, and one without any. Bills in the last one leave the largest remainders. */
const assets: readonly InAsset[] = [
  inXlm,
  { asset: 'USD', assetScale: 2 },
  { asset: 'USDC', assetScale: 6 },
  { asset: 'POINTS', assetScale: 0 },
  { asset: 'WEI', assetScale: 12 },
];

const priced = fc.tuple(
  fc.constantFrom('0.15', '0.000000000001', '1', '3', '0.07'),
  fc.constantFrom(...pricedUnits),
);
const anyPrice = fc.oneof(priced, fc.tuple(decimal, fc.constant<1>(1)));

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('use' as const),
      requests: fc.integer({ min: 1, max: 1_000_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('price' as const), price: anyPrice }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reverse' as const), number: fc.nat({ max: 20 }) }) },
);

/** An account with the amounts billed so far. */
interface Billed {
  readonly account: Account;
  readonly stroops: bigint;
}

function settled({ account, stroops }: Billed, service: Service): Billed {
  const quote = quoteOf(account, service);
  const done = settleOn(account, quote, undefined, 'id', 0);
  assert.ok(done);
  assertWhole(done.settlement);
  return { account: done.account, stroops: stroops + done.settlement.billedStroops };
}

/** A bill takes all whole atoms, and leaves less than one atom. */
function assertWhole({ billedStroops, carriedStroops }: Settlement): void {
  assert.ok(billedStroops >= 0n);
  assert.ok(carriedStroops <= 0n);
}

test('settling in parts bills the same as settling at once, and both match a decimal calculator', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: unitScaleMax }),
      fc.constantFrom(...assets),
      fc.array(step, { maxLength: 60 }),
      (unitScale, inAsset, steps) => {
        const { assetScale } = inAsset;
        const unit = new Exact(10).pow(unitScale);
        let service = newService('s', inStroops(1n), inAsset);
        let unitPrice = new Exact('0.0000001');
        let inParts: Billed = { account: emptyAccount('a', 's', unitScale), stroops: 0n };
        let exact = new Exact(0);
        const used: { version: number; requests: number; sequence: number; cost: Decimal }[] = [];
        let atOnce = inParts;
        for (const now of steps) {
          if (now.kind === 'use') {
            const [first, second] = [inParts, atOnce].map(({ account }) =>
              recordOn(account, service, now.requests, 0),
            );
            if (first === undefined || second === undefined) continue;
            inParts = { ...inParts, account: first.account };
            atOnce = { ...atOnce, account: second.account };
            const cost = unitPrice.mul(now.requests).div(unit);
            const { sequence } = first.account;
            used.push({ version: service.priceVersion, requests: now.requests, sequence, cost });
            exact = exact.plus(cost);
          } else if (now.kind === 'price') {
            const [text, per] = now.price;
            const price = parsePrice(text, per);
            if (price === undefined) continue;
            service = withPrice(service, { price, per });
            unitPrice = new Exact(text).div(per);
          } else if (now.kind === 'reverse') {
            const [one] = used.splice(now.number, 1);
            if (one === undefined) continue;
            const wanted = {
              id: 'id',
              nowMs: 0,
              entryId: 'entry',
              from: one.sequence - 1,
              through: one.sequence,
              reason: 'r',
              requestsByVersion: new Map([[one.version, one.requests]]),
            };
            inParts = { ...inParts, account: reverseOn(inParts.account, wanted).account };
            atOnce = { ...atOnce, account: reverseOn(atOnce.account, wanted).account };
            exact = exact.minus(one.cost);
          } else inParts = settled(inParts, service);
        }
        const whole = exact.toDecimalPlaces(assetScale, Decimal.ROUND_FLOOR);
        for (const { account, stroops } of [settled(inParts, service), settled(atOnce, service)]) {
          const billed = formatDecimal(stroops + account.carriedStroops, assetScale);
          assert.equal(new Exact(billed).toString(), whole.toString());
          assert.equal(
            new Exact(formatDecimal(account.remainder, 18)).toString(),
            exact.minus(whole).toString(),
          );
        }
      },
    ),
    { numRuns },
  );
  withstood('exact_bills', `${figure(numRuns)} cases`);
});

test('a million uses of 0.15 XLM per 1,000,000 are billed as 0.15 XLM in any number of bills', () => {
  for (const bills of [1, 3, 7, 1_000]) {
    const service = newService('s', { price: parsePrice('0.15', 1_000_000) ?? 0n, per: 1_000_000 });
    let billed: Billed = { account: emptyAccount('a', 's'), stroops: 0n };
    for (let bill = 1; bill <= bills; bill++) {
      const requests = Math.floor((bill * 1_000_000) / bills) - Math.floor(((bill - 1) * 1_000_000) / bills);
      const used = recordOn(billed.account, service, requests, 0);
      assert.ok(used);
      billed = settled({ ...billed, account: used.account }, service);
    }
    assert.equal(billed.stroops, 1_500_000n);
    assert.deepEqual([billed.account.carriedStroops, billed.account.remainder], [0n, 0n]);
  }
});
