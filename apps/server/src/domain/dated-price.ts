import { isSamePrice, type NextPrice, type Service, type StatedPrice } from './service.ts';

/** How far ahead a price may be dated, in days. */
export const datedPriceDaysMax = 731;
export const datedPriceMsMax = datedPriceDaysMax * 86_400_000;

/**
 * A service as it is at an instant: from its date on, the next price is the price in force. Nothing is written at that
 * moment.
 */
export function serviceAt(service: Service, nowMs: number): Service {
  const { next } = service;
  return next === undefined || nowMs < next.effectiveFromMs ? service : withNextInForce(service, next);
}

/** An account, of which only the price versions of its lines matter here. */
interface Priced {
  readonly lines: readonly { readonly priceVersion: number }[];
}

/**
 * A service as it is for an account. Price versions only grow along an account. Once usage was recorded on it at the
 * next price, that price stays in force for the account, even if a clock that was set back shows a time before the
 * date.
 */
export function serviceFor(service: Service, { lines }: Priced): Service {
  const { next } = service;
  if (next === undefined || (lines.at(-1)?.priceVersion ?? 0) < next.version) return service;
  return withNextInForce(service, next);
}

function withNextInForce(
  { next: _, tiers: __, ...service }: Service,
  { version, price, per, tiers }: NextPrice,
): Service {
  const inTiers = tiers === undefined ? {} : { tiers };
  return { ...service, ...inTiers, price, pricePer: per, priceVersion: version };
}

/**
 * The service with a price from a future instant on, which replaces its next price; the same service if the price is
 * the same.
 */
export function withNextPrice(service: Service, stated: StatedPrice, effectiveFromMs: number): Service {
  const { next } = service;
  const { price, per, tiers } = stated;
  if (next !== undefined && next.effectiveFromMs === effectiveFromMs && isSamePrice(next, stated)) {
    return next.per === per ? service : { ...service, next: { ...next, per } };
  }
  const inTiers = tiers === undefined ? {} : { tiers };
  const before = withoutNextPrice(service);
  return {
    ...before,
    next: { version: before.priceVersion + 1, price, per, ...inTiers, effectiveFromMs },
  };
}

/**
 * The service without its next price. The price in force is stated again with a higher version: around the date, another
 * instance, or this one before its clock was set back, may have recorded usage at the version that is withdrawn, and the next
 * usage of that account needs a version above it.
 */
export function withoutNextPrice(service: Service): Service {
  const { next, ...before } = service;
  return next === undefined ? service : { ...before, priceVersion: next.version + 1 };
}

/** The highest version that a service has, also of a price that is not in force yet. */
export function highestVersion({ priceVersion, next }: Service): number {
  return next?.version ?? priceVersion;
}
