import type {
  MetadataSet,
  PriceSet,
  ServiceBulkPut,
  ServiceDeleted,
  ServiceItemResult,
  ServicePut,
  ServiceSwitched,
} from '../domain/commands/services.ts';
import { priceShown } from '../domain/price-shown.ts';
import type { PriceVersion, Service } from '../domain/service.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import { exactInteger } from './exact-integer.ts';
import type { FollowedEnd, PageEnd } from './paging.ts';
import { servicePath } from './paths.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const servicesAnswers = {
  service_put: ({
    serviceId,
    stated,
    asset,
    unitScale,
    metadata,
    isNew,
  }: ServicePut): ReplyOf<'putService'> => ({
    status: isNew ? 201 : 200,
    location: servicePath(serviceId),
    body: {
      serviceId,
      ...priceShown(stated.price, asset, stated.per, stated.tiers),
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

  price_set: ({ serviceId, stated, asset }: PriceSet): ReplyOf<'setPrice'> => ({
    status: 200,
    location: servicePath(serviceId),
    body: { serviceId, ...priceShown(stated.price, asset, stated.per, stated.tiers) },
  }),

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
      const { serviceId, stated, asset, isNew } = result;
      const shown = priceShown(stated.price, asset, stated.per, stated.tiers);
      return { index, ok: true, serviceId, ...shown, created: isNew };
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

/** Most services count whole units, and nothing is said of that. */
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
}: Service): BodyOf<'readService'> {
  return {
    serviceId,
    ...priceShown(price, asset, pricePer, tiers),
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

export function pricesReply(
  { asset }: Pick<Service, 'asset'>,
  prices: readonly PriceVersion[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listPrices'> {
  const items = prices.map(({ version, price, tiers, setAtMs }) => ({
    version,
    ...priceShown(price, asset, 1, tiers),
    setAt: timestampOfMs(setAtMs),
  }));
  return { status: 200, body: { items, nextCursor, hasMore } };
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
