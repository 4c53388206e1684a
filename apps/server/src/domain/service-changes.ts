import type { Moment } from './decision.ts';
import type { NotedEvent } from './event.ts';
import { nextPriceShown, priceShown, tiersShown } from './price-shown.ts';
import {
  isSamePrice,
  metadataOf,
  type NextPrice,
  type PriceVersion,
  priceInForce,
  type Service,
} from './service.ts';
import type { Changes } from './view.ts';

/** The changes when a service changes: its row, its new price versions, and an event if anything visible differs. */
export function serviceChanges(
  known: Service | undefined,
  service: Service,
  moment: Moment,
): Partial<Changes> {
  return {
    services: [service],
    prices: newPrices(known, service, moment.nowMs),
    events: changeEvents(known, service, moment),
  };
}

/** The price versions that a service has and did not have before. */
export function newPrices(known: Service | undefined, service: Service, setAtMs: number): PriceVersion[] {
  const { serviceId, price, priceVersion, tiers, firstPrice, next } = service;
  const made = { serviceId, setAtMs };
  // A service that begins with tiers has a flat version 1 before them.
  const isFirst = known === undefined && priceVersion > 1;
  const isNewPrice = priceVersion !== known?.priceVersion;
  const isNewNext = next !== undefined && next.version !== known?.next?.version;
  return [
    ...(isFirst ? [{ ...made, version: 1, price: firstPrice }] : []),
    ...(isNewPrice ? [{ ...made, version: priceVersion, price, tiers }] : []),
    ...(isNewNext ? [{ ...made, ...versionOf(next) }] : []),
  ];
}

function versionOf({ version, price, tiers, effectiveFromMs }: NextPrice) {
  return { version, price, tiers, effectiveFromMs };
}

function changeEvents(known: Service | undefined, service: Service, moment: Moment): NotedEvent[] {
  if (known === undefined || known.deleted) return [noted('service.registered', service, moment)];
  return isChanged(known, service) ? [noted('service.changed', service, moment)] : [];
}

function isChanged(known: Service, service: Service): boolean {
  return (
    !isSamePrice(priceInForce(known), priceInForce(service)) ||
    !isSameNext(known.next, service.next) ||
    known.pricePer !== service.pricePer ||
    known.unitScale !== service.unitScale ||
    String(metadataOf(known)) !== String(metadataOf(service))
  );
}

function isSameNext(a: NextPrice | undefined, b: NextPrice | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return isSamePrice(a, b) && a.per === b.per && a.effectiveFromMs === b.effectiveFromMs;
}

export function noted(type: NotedEvent['type'], service: Service, moment: Moment): NotedEvent {
  const { serviceId, price, pricePer, asset, unitScale, disabled, tiers } = service;
  const metadata = metadataOf(service).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const { priceStroops, tiers: _, period: __, ...shown } = priceShown(price, asset, pricePer, tiers);
  const inStroops = priceStroops === undefined ? {} : { priceStroops };
  const scaled = unitScale === 0 ? {} : { unitScale };
  const inTiers = tiersShown(tiers, pricePer);
  const data = {
    serviceId,
    ...inStroops,
    ...shown,
    ...inTiers,
    ...nextPriceShown(service),
    ...scaled,
    disabled,
    ...Object.fromEntries(metadata),
  };
  return { id: moment.id(0), type, atMs: moment.nowMs, data };
}
