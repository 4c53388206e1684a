import { datedPriceDaysMax, datedPriceMsMax, highestVersion, withNextPrice } from './dated-price.ts';
import type { Refusal } from './refusal.ts';
import { priceVersionsMax, type Service, type StatedPrice, withPrice } from './service.ts';

/** A service with a price from now on, or from an instant to come on. */
export function pricedFrom(
  known: Service,
  stated: StatedPrice,
  effectiveFromMs: number | undefined,
  nowMs: number,
): Service | Refusal {
  const misdated = effectiveFromMs === undefined ? undefined : refusalOfDate(effectiveFromMs, nowMs);
  if (misdated !== undefined) return misdated;
  const priced =
    effectiveFromMs === undefined ? withPrice(known, stated) : withNextPrice(known, stated, effectiveFromMs);
  const highest = highestVersion(priced);
  // Books from before the limit may have more versions; then the price stays.
  if (highest !== highestVersion(known) && highest > priceVersionsMax) return tooManyPrices(known.serviceId);
  return priced;
}

function refusalOfDate(effectiveFromMs: number, nowMs: number): Refusal | undefined {
  if (effectiveFromMs <= nowMs) {
    return { code: 'invalid_date', message: 'effectiveFrom must be in the future' };
  }
  if (effectiveFromMs - nowMs <= datedPriceMsMax) return undefined;
  const message = `effectiveFrom must be at most ${datedPriceDaysMax} days ahead`;
  return { code: 'invalid_date', message };
}

function tooManyPrices(serviceId: string): Refusal {
  const message = `service ${serviceId} has ${priceVersionsMax} price versions, which is the limit; register another service`;
  return { code: 'limit_exceeded', message };
}
