import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { highestVersion, serviceAt, serviceFor, withNextPrice, withoutNextPrice } from './dated-price.ts';
import {
  inStroops,
  newService,
  type PriceVersion,
  type Service,
  type StatedPrice,
  withPrice,
} from './service.ts';
import { newPrices } from './service-changes.ts';
import type { Tiers } from './tiers.ts';

const tiers: Tiers = {
  period: 'month',
  tiers: [
    { upTo: 10, price: 5n, package: undefined },
    { upTo: undefined, price: 3n, package: undefined },
  ],
};
const inTiers: StatedPrice = { price: 5n, per: 1, tiers };

test('the next price of a service applies from the millisecond of its date, with and without tiers', () => {
  const flat = newService('s', inStroops(7n));
  const toTiers = withNextPrice(flat, inTiers, 1_000);
  assert.equal(serviceAt(toTiers, 999), toTiers);
  const { next: _, ...inForce } = { ...toTiers, price: 5n, pricePer: 1, tiers, priceVersion: 2 };
  assert.deepEqual(serviceAt(toTiers, 1_000), inForce);
  const toFlat = serviceAt(withNextPrice(newService('s', inTiers), { price: 9n, per: 1_000 }, 5), 5);
  assert.deepEqual([toFlat.price, toFlat.pricePer, toFlat.priceVersion], [9n, 1_000, 3]);
  assert.ok(!('tiers' in toFlat) && !('next' in toFlat));
});

test('once an account was charged the next price, that price applies to it at any time', () => {
  const service = withNextPrice(newService('s', inStroops(7n)), inStroops(8n), 1_000);
  const lines = (...versions: number[]) => ({ lines: versions.map((priceVersion) => ({ priceVersion })) });
  for (const account of [lines(), lines(0), lines(1)]) assert.equal(serviceFor(service, account), service);
  assert.equal(serviceFor(service, lines(0, 1, 2)).priceVersion, 2);
  const reached = serviceFor(service, lines(1, 2));
  assert.deepEqual([reached.priceVersion, reached.price], [2, serviceAt(service, 1_000).price]);
});

/**
 * Changes of the prices of a service (immediate, dated, cancelled), and the time between each change and the previous
 * one.
 */
const changes = fc.array(
  fc.record({
    kind: fc.constantFrom('now', 'dated', 'cancelled'),
    stroops: fc.bigInt(1n, 4n),
    laterMs: fc.integer({ min: 0, max: 20 }),
    aheadMs: fc.integer({ min: 1, max: 30 }),
  }),
  { maxLength: 20 },
);

test('after any changes of prices, each instant has the price that was last set for it, and versions only grow', () => {
  fc.assert(
    fc.property(changes, (done) => {
      let service: Service = newService('s', inStroops(9n));
      const versions: PriceVersion[] = newPrices(undefined, service, 0);
      // A simple model: the price in force, and at most one future price.
      let inForce = 9n;
      let coming: { readonly stroops: bigint; readonly fromMs: number } | undefined;
      const at = (nowMs: number) =>
        coming !== undefined && coming.fromMs <= nowMs ? coming.stroops : inForce;
      const stroopsAt = (nowMs: number) => serviceAt(service, nowMs).price / inStroops(1n).price;
      let nowMs = 0;
      let usedVersion = 1;
      for (const { kind, stroops, laterMs, aheadMs } of done) {
        nowMs += laterMs;
        const before = serviceAt(service, nowMs);
        assert.ok(before.priceVersion >= usedVersion);
        usedVersion = before.priceVersion;
        inForce = at(nowMs);
        if (coming !== undefined && coming.fromMs <= nowMs) coming = undefined;
        if (kind === 'now') [service, inForce] = [withPrice(before, inStroops(stroops)), stroops];
        else if (kind === 'cancelled') [service, coming] = [withoutNextPrice(before), undefined];
        else {
          service = withNextPrice(before, inStroops(stroops), nowMs + aheadMs);
          coming = { stroops, fromMs: nowMs + aheadMs };
        }
        // Each price has its own number and its own row.
        const made = newPrices(before, service, nowMs);
        const highest = versions.at(-1)?.version ?? 0;
        const news = Array.from(
          { length: highestVersion(service) - highest },
          (_, number) => highest + 1 + number,
        );
        assert.deepEqual(
          made.map(({ version }) => version),
          news,
        );
        versions.push(...made);
        assert.ok(service.next === undefined || service.next.version > service.priceVersion);
        for (const later of [0, 1, aheadMs - 1, aheadMs, 100])
          assert.equal(stroopsAt(nowMs + later), at(nowMs + later), `${kind} and ${later} ms`);
        for (const { priceVersion } of [service, serviceAt(service, nowMs + 1_000)])
          assert.ok(versions.some(({ version }) => version === priceVersion));
      }
    }),
  );
});

test('stating the next price again changes nothing but the units that it is shown for', () => {
  const stated = { price: 7_000n, per: 1 } as const;
  const service = withNextPrice(newService('s', inStroops(7n)), stated, 1_000);
  assert.ok(service.next !== undefined && !('tiers' in service.next));
  assert.equal(withNextPrice(service, stated, 1_000), service);
  const shown = withNextPrice(service, { ...stated, per: 1_000 }, 1_000);
  assert.deepEqual(shown, { ...service, next: { ...service.next, per: 1_000 } });
  // At another date it is another price: the version that was withdrawn is not used again.
  assert.equal(withNextPrice(service, stated, 2_000).next?.version, 4);
});
