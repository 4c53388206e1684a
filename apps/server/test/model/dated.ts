import type { ModelService } from './books.ts';
import { firstPrices, isSamePrice, priceBody, type UnitPrice, versionAt } from './prices.ts';

const aheadMsMax = 731 * 86_400_000;

export function isDateRefused(effectiveFrom: string, nowMs: number): boolean {
  const fromMs = Date.parse(effectiveFrom);
  return fromMs <= nowMs || fromMs > nowMs + aheadMsMax;
}

/** The version of the future price. It is the last one. */
export function nextOf(service: ModelService, nowMs: number): number | undefined {
  const last = service.prices.length;
  return last > versionAt(service, nowMs) ? last : undefined;
}

/** A change of a service records the price in force: setting the clock back later does not undo it. */
export function keepComeDates({ stated }: ModelService, nowMs: number): void {
  for (const one of stated) if ((one.fromMs ?? 0) <= nowMs) one.fromMs = undefined;
}

interface StatedPrice {
  readonly price: UnitPrice;
  readonly per: number;
  readonly effectiveFrom?: string | undefined;
}

/** An unchanged price gets no new version. Neither does the next price if it is sent again. */
export function statePrice(service: ModelService, sent: StatedPrice, nowMs: number): void {
  keepComeDates(service, nowMs);
  const { price, per, effectiveFrom } = sent;
  const next = nextOf(service, nowMs);
  const version = effectiveFrom === undefined ? versionAt(service, nowMs) : next;
  const [known, stated] = [service.prices[(version ?? 0) - 1], service.stated[(version ?? 0) - 1]];
  const isSameDate = effectiveFrom === undefined || stated?.fromMs === Date.parse(effectiveFrom);
  if (stated !== undefined && isSamePrice(known, price) && isSameDate) {
    stated.per = per;
    return;
  }
  if (effectiveFrom !== undefined) {
    withdrawNext(service, nowMs);
    add(service, sent);
    return;
  }
  const later = next === undefined ? undefined : atVersion(service, next);
  if (service.prices.length === 0)
    for (const first of firstPrices(price)) add(service, { price: first, per });
  else add(service, sent);
  if (later !== undefined) add(service, later);
}

/** The price in force is stated again after a price that never takes effect. */
export function withdrawNext(service: ModelService, nowMs: number): void {
  keepComeDates(service, nowMs);
  if (nextOf(service, nowMs) === undefined) return;
  add(service, { ...atVersion(service, versionAt(service, nowMs)), effectiveFrom: undefined });
}

function atVersion({ prices, stated }: ModelService, version: number): StatedPrice {
  const [price, how] = [prices[version - 1], stated[version - 1]];
  if (price === undefined || how === undefined) throw new Error(`there is no price version ${version}`);
  return { price, per: how.per, effectiveFrom: how.effectiveFrom };
}

function add({ prices, stated }: ModelService, { price, per, effectiveFrom }: StatedPrice): void {
  prices.push(price);
  stated.push({
    per,
    effectiveFrom,
    fromMs: effectiveFrom === undefined ? undefined : Date.parse(effectiveFrom),
  });
}

/** The members of an answer for the price in force and the next price. */
export function pricesBody(service: ModelService, nowMs: number) {
  const shown = (version: number) => {
    const { price, per } = atVersion(service, version);
    return priceBody(price, service.asset, per);
  };
  const [current, next] = [versionAt(service, nowMs), nextOf(service, nowMs)];
  const inForce = current === 0 ? {} : shown(current);
  if (next === undefined) return { ...inForce, nextPrice: undefined };
  const { effectiveFrom } = atVersion(service, next);
  return { ...inForce, nextPrice: { version: next, ...shown(next), effectiveFrom } };
}
