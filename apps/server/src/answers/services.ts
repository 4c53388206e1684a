import { priceShown } from '../domain/price-shown.ts';
import type { NextPrice, PriceVersion, Service } from '../domain/service.ts';
import type {
  MetadataSet,
  NextPriceCancelled,
  PriceSet,
  PricesNow,
  ServiceBulkPut,
  ServiceDeleted,
  ServiceItemResult,
  ServicePut,
  ServiceSwitched,
} from '../domain/service-facts.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import { exactInteger } from './exact-integer.ts';
import type { FollowedEnd, PageEnd } from './paging.ts';
import { servicePath } from './paths.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const servicesAnswers = {
  service_put: ({ unitScale, metadata, isNew, ...prices }: ServicePut): ReplyOf<'putService'> => ({
    status: isNew ? 201 : 200,
    location: servicePath(prices.serviceId),
    body: {
      ...pricesBody(prices),
      description: metadata?.description,
      owner: metadata?.owner,
      unit: metadata?.unit,
      unitScale: scaleShown(unitScale),
    },
  }),

  service_bulk_put: ({ results }: ServiceBulkPut): ReplyOf<'putServiceBulk'> => ({
    status: 201,
    body: { results: results.map(serviceItemBody) },
  }),

  service_deleted: (_: ServiceDeleted): ReplyOf<'deleteService'> => ({ status: 204 }),

  price_set: (prices: PriceSet): ReplyOf<'setPrice'> => ({
    status: 200,
    location: servicePath(prices.serviceId),
    body: pricesBody(prices),
  }),

  next_price_cancelled: (_: NextPriceCancelled): ReplyOf<'cancelNextPrice'> => ({ status: 204 }),

  service_switched: ({ serviceId, disabled }: ServiceSwitched): ReplyOf<'patchDisabled'> => ({
    status: 200,
    body: { serviceId, disabled },
  }),

  // Its members come in the order in which they were sent.
  metadata_set: ({ serviceId, metadata }: MetadataSet): ReplyOf<'putMetadata'> => ({
    status: 200,
    body: { serviceId, ...metadata },
  }),
};

function serviceItemBody(result: ServiceItemResult, index: number): ItemOf<'putServiceBulk', 'results'> {
  switch (result.kind) {
    case 'put': {
      return { index, ok: true, ...pricesBody(result), created: result.isNew };
    }
    case 'repeated': {
      const { serviceId, message } = result;
      return { index, ok: false, serviceId, error: 'duplicate_in_batch', message };
    }
    case 'refused':
      return { index, ok: false, serviceId: undefined, error: result.code, message: result.message };
    case 'invalid':
      return { index, ok: false, serviceId: undefined, error: 'invalid_item', message: result.message };
  }
}

function pricesBody({ serviceId, stated, asset, next }: PricesNow): BodyOf<'setPrice'> {
  const { price, per, tiers } = stated;
  return { serviceId, ...priceShown(price, asset, per, tiers), nextPrice: nextPriceBody(next, asset) };
}

function nextPriceBody(next: NextPrice | undefined, asset: string): BodyOf<'readService'>['nextPrice'] {
  if (next === undefined) return undefined;
  const { version, price, per, tiers, effectiveFromMs } = next;
  return { version, ...priceShown(price, asset, per, tiers), effectiveFrom: timestampOfMs(effectiveFromMs) };
}

/** Most services count whole units; the member is then left out. */
function scaleShown(unitScale: number): number | undefined {
  return unitScale === 0 ? undefined : unitScale;
}

/** A service as its tenant sees it. */
function serviceBody({
  serviceId,
  price,
  pricePer,
  asset,
  unitScale,
  disabled,
  description,
  owner,
  unit,
  tiers,
  next,
}: Service): BodyOf<'readService'> {
  return {
    serviceId,
    ...priceShown(price, asset, pricePer, tiers),
    nextPrice: nextPriceBody(next, asset),
    disabled,
    description,
    owner,
    unit,
    unitScale: scaleShown(unitScale),
  };
}

export function serviceReply(service: Service): ReplyOf<'readService'> {
  return { status: 200, body: serviceBody(service) };
}

export function servicesReply(
  services: readonly Service[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listServices'> {
  return { status: 200, body: { services: services.map(serviceBody), nextCursor, hasMore } };
}

/** @param after the version after the last one of these, which says whether that was withdrawn; `undefined`: there is none */
export function pricesReply(
  { asset }: Pick<Service, 'asset'>,
  prices: readonly PriceVersion[],
  after: PriceVersion | undefined,
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listPrices'> {
  const items = prices.map(({ version, price, tiers, setAtMs, effectiveFromMs }, at) => ({
    version,
    ...priceShown(price, asset, 1, tiers),
    setAt: timestampOfMs(setAtMs),
    effectiveFrom: timestampIf(effectiveFromMs),
    withdrawnAt: timestampIf(withdrawnAtMs(effectiveFromMs, prices[at + 1] ?? after)),
  }));
  return { status: 200, body: { items, nextCursor, hasMore } };
}

/** A higher version that was set before the date replaced it. */
function withdrawnAtMs(
  effectiveFromMs: number | undefined,
  higher: PriceVersion | undefined,
): number | undefined {
  if (effectiveFromMs === undefined || higher === undefined) return undefined;
  return higher.setAtMs < effectiveFromMs ? higher.setAtMs : undefined;
}

function timestampIf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : timestampOfMs(ms);
}

export function metadataReply({ serviceId, description, owner }: Service): ReplyOf<'readMetadata'> {
  return { status: 200, body: { serviceId, description, owner } };
}

export function serviceAgentsReply(
  serviceId: string,
  items: readonly AgentRequests[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listServiceAgents'> {
  return { status: 200, body: { serviceId, items, nextCursor, hasMore } };
}

export function topAgentsReply(serviceId: string, items: readonly AgentRequests[]): ReplyOf<'topAgents'> {
  return { status: 200, body: { serviceId, items } };
}

export function serviceUsageReply(
  serviceId: string,
  { total, agents }: { readonly total: bigint; readonly agents: number },
): ReplyOf<'readServiceUsage'> {
  return { status: 200, body: { serviceId, total: exactInteger(total), agents } };
}

/** An agent of a service, with its outstanding requests. */
interface AgentRequests {
  readonly agent: string;
  readonly total: number;
}
