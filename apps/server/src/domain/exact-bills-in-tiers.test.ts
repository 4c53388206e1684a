// Compares bills of tiered prices with an independent decimal calculator, with reversals and price changes between the
// bills.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { figure, withstood } from '../../test/harness/proofs.ts';
import { rounds } from '../../test/harness/rounds.ts';
import { type Account, emptyAccount, recordOn } from './account.ts';
import { formatDecimal, parsePrice, unitScaleMax } from './amount.ts';
import { AccountAudit } from './audit.ts';
import { takenTiers } from './audit-tiers.ts';
import { stroopPlaces } from './money.ts';
import { quoteOf } from './quote.ts';
import { reverseOn } from './reversal.ts';
import { inStroops, newService, type PriceVersion, pricesOf, type Service, withPrice } from './service.ts';
import { type Settlement, settleOn } from './settlement.ts';
import { periodWithout, takenOf } from './tier-period.ts';
import { type Tiers, tierPeriods } from './tiers.ts';
import type { Entry } from './usage.ts';

/** Enough digits for the largest sum: the calculator that we compare with must not round. */
const Exact = Decimal.clone({ precision: 120, toExpNeg: -200, toExpPos: 200 });
const numRuns = rounds({ test: 400, prove: 100_000 });

/** A tier as a user writes it. */
interface Written {
  readonly width: number;
  readonly price: string;
  readonly size: number | undefined;
}

const price = fc
  .tuple(fc.bigInt({ min: 0n, max: 9_000_000n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, places]) => formatDecimal(digits, places));
const written: fc.Arbitrary<Written> = fc.record({
  width: fc.integer({ min: 1, max: 50 }),
  price,
  size: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
});
const tiersWritten = fc.record({
  period: fc.constantFrom(...tierPeriods),
  list: fc.array(written, { minLength: 1, maxLength: 10 }),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('use' as const),
      requests: fc.integer({ min: 1, max: 90_000_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tiers' as const), to: tiersWritten }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flat' as const), price }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('reverse' as const),
      number: fc.nat({ max: 20 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 40 }) }),
  },
);

/** The usage in each tier of one period: the quantity, and how many packages were begun. */
interface Filled {
  readonly tiers: readonly { readonly used: number; readonly begun: number }[];
}

/** The rules as the docs state them, with decimal parts of units. */
function charge(list: readonly Written[], before: Filled, requests: number, unit: number) {
  let left = requests;
  let cost = new Exact(0);
  const tiers = list.map(({ width, price: text, size }, at) => {
    const { used, begun } = before.tiers[at] ?? { used: 0, begun: 0 };
    const room = at === list.length - 1 ? left : Math.max(0, width * unit - used);
    const now = Math.min(left, room);
    left -= now;
    if (size === undefined) {
      cost = cost.plus(new Exact(text).mul(now).div(unit));
      return { used: used + now, begun: 0 };
    }
    const needed = new Exact(used + now)
      .div(size * unit)
      .ceil()
      .toNumber();
    const after = now === 0 ? begun : Math.max(begun, needed);
    cost = cost.plus(new Exact(text).mul(after - begun));
    return { used: used + now, begun: after };
  });
  return { cost, filled: { tiers } };
}

/** Earlier usage fills the lowest tiers, and its packages are paid for. */
function based(list: readonly Written[], base: number, unit: number): Filled {
  return charge(list, { tiers: [] }, base, unit).filled;
}

function minus(filled: Filled, more: Filled, less: Filled): Filled {
  return {
    tiers: filled.tiers.map(({ used, begun }, at) => ({
      used: used - (more.tiers[at]?.used ?? 0) + (less.tiers[at]?.used ?? 0),
      begun: begun - (more.tiers[at]?.begun ?? 0) + (less.tiers[at]?.begun ?? 0),
    })),
  };
}

function toTiers({
  period,
  list,
}: {
  readonly period: Tiers['period'];
  readonly list: readonly Written[];
}): Tiers | undefined {
  let end = 0;
  const tiers = list.map(({ width, price: text, size }, at) => {
    end += width;
    return {
      upTo: at === list.length - 1 ? undefined : end,
      price: parsePrice(text, 1) ?? 0n,
      package: size,
    };
  });
  return { period, tiers };
}

function startOf(period: Tiers['period'], nowMs: number): string {
  const iso = new Date(nowMs).toISOString();
  return period === 'lifetime' ? '' : iso.slice(0, period === 'day' ? 10 : 7);
}

/** One entry as the calculator keeps it. */
interface Used {
  readonly entry: Entry;
  readonly place: string;
  readonly costOf: (requests: number) => { readonly cost: Decimal; readonly filled: Filled };
  reversed: number;
}

/** An account with the amounts billed so far, and with all of its entries and bills for the audit. */
class Book {
  account: Account;
  stroops = 0n;
  readonly log: (Entry | Settlement)[] = [];

  constructor(unitScale: number) {
    this.account = emptyAccount('a', 's', unitScale);
  }

  use(service: Service, requests: number, nowMs: number): Entry | undefined {
    const done = recordOn(this.account, service, requests, nowMs);
    if (done === undefined) return undefined;
    this.account = done.account;
    const { sequence, unitScale } = this.account;
    const entry: Entry = {
      id: `e${sequence}`,
      agent: 'a',
      serviceId: 's',
      unitScale,
      sequence,
      requests,
      priceVersion: done.line.priceVersion,
      lineRequests: done.line.recordedRequests,
      usageId: undefined,
      occurredAtNs: undefined,
      recordedAtMs: nowMs,
      tiered: done.tiered,
    };
    this.log.push(entry);
    return entry;
  }

  reverse(entry: Entry, before: number, now: number): void {
    const { priceVersion, sequence, tiered } = entry;
    const taken = tiered && takenOf(tiered, entry, before, now);
    const reversed = reverseOn(this.account, {
      id: `r${this.account.sequence}`,
      nowMs: 0,
      entryId: entry.id,
      from: sequence - 1,
      through: sequence,
      reason: 'r',
      requestsByVersion: new Map([[priceVersion, now]]),
      ...(taken && {
        tiersByVersion: new Map([[priceVersion, taken]]),
        tierPeriod: periodWithout(this.account.tierPeriod, priceVersion, tiered?.startMs ?? 0, taken),
      }),
    });
    this.account = reversed.account;
    this.log.push(reversed.entry);
  }

  settle(service: Service): void {
    const done = settleOn(this.account, quoteOf(this.account, service), undefined, 'id', 0);
    assert.ok(done);
    this.account = done.account;
    this.stroops += done.settlement.billedStroops;
    this.log.push(done.settlement);
  }

  /** The differences that the audit finds. */
  audit(versions: readonly PriceVersion[]): readonly string[] {
    const audit = new AccountAudit(this.account, pricesOf(versions));
    const entries = this.log.filter((one) => 'usageId' in one);
    for (const one of this.log) {
      if (!('usageId' in one)) {
        audit.settlement(one);
        continue;
      }
      const back = one.reversal && entries[one.reversal.from];
      if (back === undefined) audit.entry(one);
      else {
        const reversed = audit.reversedOf(back);
        const inTiers = takenTiers(back, reversed, -one.requests);
        audit.entry(
          one,
          new Map([[back.priceVersion, back.requests - reversed]]),
          inTiers === undefined ? new Map() : new Map([[back.priceVersion, inTiers]]),
        );
      }
    }
    return audit.finish().differences;
  }
}

test('bills in tiers match a decimal calculator, settled in parts or at once, with reversals in between', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: unitScaleMax }),
      fc.array(step, { maxLength: 40 }),
      (unitScale, steps) => {
        const unit = 10 ** unitScale;
        const books = [new Book(unitScale), new Book(unitScale)] as const;
        let service = newService('s', inStroops(1n));
        const versions: PriceVersion[] = [{ serviceId: 's', version: 1, price: service.price, setAtMs: 0 }];
        let nowMs = Date.parse('2026-11-20T10:00:00Z');
        let list: readonly Written[] | undefined;
        let flat = new Exact(1).div(new Exact(10).pow(stroopPlaces));
        let place = '';
        let filled: Filled = { tiers: [] };
        let exact = new Exact(0);
        const used: Used[] = [];
        for (const now of steps) {
          if (now.kind === 'use') {
            // Small in units, so that each scale reaches the borders of tiers.
            const requests = Math.max(1, Math.floor((now.requests * unit) / 1_000_000));
            const { tiers, priceVersion } = service;
            if (tiers !== undefined && list !== undefined) {
              const begins = `${tiers.period} ${startOf(tiers.period, nowMs)}`;
              const here = `${begins} ${priceVersion}`;
              if (here !== place) {
                const isGoingOn = place.startsWith(`${begins} `);
                const base = isGoingOn ? filled.tiers.reduce((sum, one) => sum + one.used, 0) : 0;
                filled = based(list, base, unit);
                place = here;
              }
            }
            const [first] = books.map((book) => book.use(service, requests, nowMs));
            if (first === undefined) continue;
            const [rates, from, price] = [list, filled, flat];
            const costOf =
              rates === undefined
                ? (kept: number) => ({ cost: price.mul(kept).div(unit), filled: from })
                : (kept: number) => charge(rates, from, kept, unit);
            const done = costOf(requests);
            if (rates !== undefined) filled = done.filled;
            exact = exact.plus(done.cost);
            used.push({ entry: first, place: rates === undefined ? '' : place, costOf, reversed: 0 });
          } else if (now.kind === 'reverse') {
            const one = used[now.number];
            if (one === undefined) continue;
            const left = one.entry.requests - one.reversed;
            const taken = Math.min(left, Math.ceil(left * now.part));
            if (taken === 0) continue;
            for (const book of books) book.reverse(one.entry, one.reversed, taken);
            const [more, less] = [one.costOf(left), one.costOf(left - taken)];
            one.reversed += taken;
            exact = exact.minus(more.cost).plus(less.cost);
            if (one.place !== '' && one.place === place) filled = minus(filled, more.filled, less.filled);
          } else if (now.kind === 'settle') books[0].settle(service);
          else if (now.kind === 'wait') nowMs += now.days * 86_400_000;
          else {
            const tiers = now.kind === 'tiers' ? toTiers(now.to) : undefined;
            const first = tiers?.tiers[0]?.price ?? parsePrice(now.kind === 'flat' ? now.price : '0', 1);
            if (first === undefined) continue;
            service = withPrice(service, { price: first, per: 1, tiers });
            list = now.kind === 'tiers' ? now.to.list : undefined;
            if (now.kind === 'flat') flat = new Exact(now.price);
            const { priceVersion: version, price: set } = service;
            if (version > versions.length)
              versions.push({ serviceId: 's', version, price: set, tiers, setAtMs: nowMs });
          }
        }
        const whole = exact.toDecimalPlaces(stroopPlaces, Decimal.ROUND_FLOOR);
        for (const book of books) {
          book.settle(service);
          const { account, stroops } = book;
          const billed = formatDecimal(stroops + account.carriedStroops, stroopPlaces);
          assert.equal(new Exact(billed).toString(), whole.toString());
          const rest = new Exact(formatDecimal(account.remainder, 18));
          assert.equal(rest.toString(), exact.minus(whole).toString());
          assert.deepEqual(book.audit(versions), []);
        }
      },
    ),
    { numRuns },
  );
  withstood('exact_bills_in_tiers', `${figure(numRuns)} cases`);
});
