import type { Price, PricedUnits } from './amount.ts';
import { type InAsset, inXlm } from './asset.ts';
import { priceOfStroops, type Stroops } from './money.ts';
import { isSameTiers, type Tiers, unitPriceOfFirst } from './tiers.ts';

/** What a service is described with. None of it changes what is recorded or billed. */
export interface ServiceMetadata {
  readonly description: string | undefined;
  readonly owner: string | undefined;
  /** the name that people have for what is counted, such as `token` */
  readonly unit: string | undefined;
}

export const noMetadata: ServiceMetadata = {
  description: undefined,
  owner: undefined,
  unit: undefined,
};

/** What a caller sent of it. */
export type SentMetadata = { readonly [Name in keyof ServiceMetadata]?: NonNullable<ServiceMetadata[Name]> };

/** A service with the price in force. Versions count from 1 and are never edited. */
export interface Service extends ServiceMetadata, InAsset {
  readonly serviceId: string;
  readonly priceVersion: number;
  /** of one unit; where there are tiers, of a unit or a package in the first of them */
  readonly price: Price;
  /** for how many units the price was stated, and is shown */
  readonly pricePer: PricedUnits;
  /** what is charged in place of the price; `undefined`: the price is flat */
  readonly tiers?: Tiers | undefined;
  /** the price that replaces it at a future instant; `serviceAt` gives the service from then on */
  readonly next?: NextPrice | undefined;
  /** price of version 1, which is also that of usage recorded before there was a price */
  readonly firstPrice: Price;
  /** decimal places that a quantity of it may have; it stays once something was recorded */
  readonly unitScale: number;
  readonly disabled: boolean;
  /** no longer listed; its prices stay, for usage that was recorded with them and for a new registration */
  readonly deleted: boolean;
}

/** An account is loaded with a line for each price version that it has usage of, so that their number needs a limit. */
export const priceVersionsMax = 10_000;

/** A price with a date. */
export interface NextPrice {
  /** above that of the price in force */
  readonly version: number;
  readonly price: Price;
  readonly per: PricedUnits;
  readonly tiers?: Tiers | undefined;
  readonly effectiveFromMs: number;
}

/** A price of a service, from a moment on. */
export interface PriceVersion {
  readonly serviceId: string;
  readonly version: number;
  readonly price: Price;
  readonly tiers?: Tiers | undefined;
  readonly setAtMs: number;
  /** of a price with a date, when it takes effect if no higher version is there by then; `undefined`: when it was set */
  readonly effectiveFromMs?: number | undefined;
}

/** All prices of a service, by version. */
export interface PricesOf {
  /** of one unit; 0 where there are tiers */
  readonly prices: ReadonlyMap<number, Price>;
  readonly tiers: ReadonlyMap<number, Tiers>;
}

export function pricesOf(versions: readonly Pick<PriceVersion, 'version' | 'price' | 'tiers'>[]): PricesOf {
  return {
    prices: new Map(versions.map(({ version, price, tiers }) => [version, tiers === undefined ? price : 0n])),
    tiers: new Map(versions.flatMap(({ version, tiers }) => (tiers === undefined ? [] : [[version, tiers]]))),
  };
}

/** A price as a caller states it: that of one unit, and for how many units it was named. */
export interface StatedPrice {
  readonly price: Price;
  readonly per: PricedUnits;
  readonly tiers?: Tiers | undefined;
  /** whether it was stated in stroops, as only a price in XLM is */
  readonly isInStroops?: boolean;
}

/** A price of so many stroops for each unit. */
export function inStroops(stroops: Stroops): StatedPrice {
  return { price: priceOfStroops(stroops), per: 1, isInStroops: true };
}

/**
 * A new service at its first price, whose asset it keeps for ever. Usage that was recorded before the registration has
 * no price, and so no asset.
 */
export function newService(serviceId: string, stated: StatedPrice, inAsset: InAsset = inXlm): Service {
  const { price, per, tiers } = stated;
  const { asset, assetScale } = inAsset;
  // Usage that was recorded before the first price is in no tier: it costs the flat price of version 1.
  if (tiers !== undefined) {
    const flat = newService(serviceId, { price: unitPriceOfFirst(tiers), per: 1 }, inAsset);
    return withPrice(flat, stated);
  }
  return {
    serviceId,
    priceVersion: 1,
    price,
    pricePer: per,
    firstPrice: price,
    unitScale: 0,
    asset,
    assetScale,
    disabled: false,
    deleted: false,
    ...noMetadata,
  };
}

/** What a service is described with, each with its name, in one order. */
export function metadataOf(service: ServiceMetadata): readonly (readonly [string, string | undefined])[] {
  return metadataNames.map((name) => [name, service[name]]);
}

/** Only these members: a body may have others. */
export function sentMetadata(sent: SentMetadata): SentMetadata {
  return Object.fromEntries(
    metadataNames.filter((name) => sent[name] !== undefined).map((name) => [name, sent[name]]),
  );
}

const metadataNames = Object.keys(noMetadata).filter((name) => isMetadataName(name));

function isMetadataName(name: string): name is keyof ServiceMetadata {
  return name in noMetadata;
}

/** Whether two prices charge the same; for how many units they are stated makes no difference. */
export function isSamePrice(
  a: Pick<StatedPrice, 'price' | 'tiers'>,
  b: Pick<StatedPrice, 'price' | 'tiers'>,
): boolean {
  return a.price === b.price && isSameTiers(a.tiers, b.tiers);
}

/** The price of a service as it was stated. */
export function priceInForce({ price, pricePer, tiers }: Service): StatedPrice {
  return { price, per: pricePer, tiers };
}

/**
 * The service from the moment its price changes; the same service when the price stays. A price with a date keeps its date. It
 * takes a new number, since versions only grow along the time.
 */
export function withPrice(service: Service, stated: StatedPrice): Service {
  const { price, per, tiers } = stated;
  if (isSamePrice(priceInForce(service), stated))
    return service.pricePer === per ? service : { ...service, pricePer: per };
  const inTiers = tiers === undefined && service.tiers === undefined ? {} : { tiers };
  const priced = { ...service, ...inTiers, price, pricePer: per };
  const { next } = service;
  if (next === undefined) return { ...priced, priceVersion: service.priceVersion + 1 };
  return { ...priced, priceVersion: next.version + 1, next: { ...next, version: next.version + 2 } };
}
