import { compileReader, ServicePut, type Validated } from '@billonce/contract';
import {
  metadataReply,
  pricesReply,
  serviceAgentsReply,
  serviceReply,
  servicesReply,
  serviceUsageReply,
  topAgentsReply,
} from '../../answers/services.ts';
import { outstandingRequests } from '../../domain/account.ts';
import type { PutService, ServiceItem, SetDisabled } from '../../domain/commands/services.ts';
import { serviceAt } from '../../domain/dated-price.ts';
import { type SentMetadata, type Service, sentMetadata } from '../../domain/service.ts';
import { instantMs } from '../../domain/timestamps.ts';
import type { Books } from '../../reads/books.ts';
import { ApiError } from '../api-error.ts';
import { slicesOf } from '../body/register-bodies.ts';
import { accountCursor, encodeCursor, nameCursor, numberCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { itemMessage, itemReader, readItems } from '../read-item.ts';
import { readPrice, type SentPrice, statedPrice } from '../read-price.ts';
import type { HandlersOf } from '../router.ts';

export function servicesRoutes(desk: Desk) {
  return {
    ...registrationRoutes(desk),
    ...pricesRoutes(desk),
    ...metadataRoutes(desk),
    ...switchRoutes(desk),
    ...usageRoutes(desk),
  } satisfies HandlersOf<'services'>;
}

function registrationRoutes({ writes, books, reads, config, nowMs }: Desk) {
  return {
    putService: async (call) => await writes.write(call, tenantOf(call), putCommand(call.body)),

    putServiceBulk: async (call) => {
      const read = itemReader(readServiceItem, call, config.refusesUnknownNames);
      return await writes.write(call, tenantOf(call), {
        kind: 'put_service_bulk',
        items: await readItems(call.body.items, slicesOf(call.request), (item, index) =>
          bulkItem(read(item, index)),
        ),
      });
    },

    listServices: async (call) => {
      const { cursor, limit = 200 } = call.query;
      const tenant = tenantOf(call);
      const { items, next, hasMore } = await reads.page(
        call,
        'listServices',
        { ...call.query, tenant, nowMs: nowMs() },
        nameCursor(cursor),
        limit,
      );
      const nextCursor = hasMore ? encodeCursor('name', next) : null;
      return servicesReply(items, { nextCursor, hasMore });
    },

    readService: async (call) => {
      const service = await knownService(books, tenantOf(call), call.params.serviceId);
      return serviceReply(serviceAt(service, nowMs()));
    },

    deleteService: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'delete_service',
        serviceId: call.params.serviceId,
      }),
  } satisfies Partial<HandlersOf<'services'>>;
}

function pricesRoutes({ writes, books }: Desk) {
  return {
    setPrice: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_price',
        serviceId: call.params.serviceId,
        stated: statedPrice(call.body),
        effectiveFromMs: effectiveFromOf(call.body),
      }),

    cancelNextPrice: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'cancel_next_price',
        serviceId: call.params.serviceId,
      }),

    listPrices: async (call) => {
      const { serviceId } = call.params;
      const { cursor, limit = 100 } = call.query;
      const service = await knownService(books, tenantOf(call), serviceId);
      const after = numberCursor(cursor);
      const prices = await books.pricesAfter(tenantOf(call), serviceId, after, limit + 1);
      const items = prices.slice(0, limit);
      const nextCursor = encodeCursor('number', String(items.at(-1)?.version ?? after));
      return pricesReply(service, items, prices[limit], { nextCursor, hasMore: prices.length > limit });
    },
  } satisfies Partial<HandlersOf<'services'>>;
}

function metadataRoutes({ writes, books }: Desk) {
  return {
    readMetadata: async (call) => {
      const service = await knownService(books, tenantOf(call), call.params.serviceId);
      if (service.description === undefined && service.owner === undefined)
        throw new ApiError('not_found', `no metadata for service ${service.serviceId}`);
      return metadataReply(service);
    },

    putMetadata: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_metadata',
        serviceId: call.params.serviceId,
        metadata: call.body,
      }),
  } satisfies Partial<HandlersOf<'services'>>;
}

function switchRoutes({ writes }: Desk) {
  return {
    disableService: async (call) =>
      await writes.write(call, tenantOf(call), disabledCommand(call.params.serviceId, true)),

    enableService: async (call) =>
      await writes.write(call, tenantOf(call), disabledCommand(call.params.serviceId, false)),

    patchDisabled: async (call) =>
      await writes.write(call, tenantOf(call), disabledCommand(call.params.serviceId, call.body.disabled)),
  } satisfies Partial<HandlersOf<'services'>>;
}

function usageRoutes({ reads }: Desk) {
  return {
    listServiceAgents: async (call) => {
      const { cursor, limit = 1_000 } = call.query;
      const { serviceId } = call.params;
      const after = accountCursor(cursor);
      const filter = { tenant: tenantOf(call), serviceId };
      const { items, next, hasMore } = await reads.page(call, 'listAccounts', filter, after, limit);
      const agents = items
        .map(({ account }) => ({ agent: account.agent, total: outstandingRequests(account) }))
        .filter(({ total }) => total > 0);
      const nextCursor = hasMore ? encodeCursor('account', next) : null;
      return serviceAgentsReply(serviceId, agents, { nextCursor, hasMore });
    },

    topAgents: async (call) => {
      const { serviceId } = call.params;
      const { limit = 10 } = call.query;
      const items = await reads.walk(call, 'topAgents', { tenant: tenantOf(call), serviceId }, limit);
      return topAgentsReply(serviceId, items);
    },

    readServiceUsage: async (call) => {
      const { serviceId } = call.params;
      return serviceUsageReply(serviceId, await reads.walk(call, 'sumService', tenantOf(call), serviceId));
    },
  } satisfies Partial<HandlersOf<'services'>>;
}

/** @throws {ApiError} `not_found` */
async function knownService(books: Books, tenant: string, serviceId: string): Promise<Service> {
  const service = await books.service(tenant, serviceId);
  if (service === undefined || service.deleted) {
    throw new ApiError('not_found', `service ${serviceId} is not registered`);
  }
  return service;
}

function disabledCommand(serviceId: string, disabled: boolean): SetDisabled {
  return { kind: 'set_disabled', serviceId, disabled };
}

type SentService = SentMetadata &
  SentPrice &
  SentDate & { readonly serviceId: string; readonly unitScale?: number; readonly asset?: string };

interface SentDate {
  readonly effectiveFrom?: string;
}

function effectiveFromOf({ effectiveFrom }: SentDate): number | undefined {
  return effectiveFrom === undefined ? undefined : instantMs(effectiveFrom);
}

function putCommand(sent: SentService): PutService {
  const { serviceId, unitScale, asset } = sent;
  const metadata = sentMetadata(sent);
  const effectiveFromMs = effectiveFromOf(sent);
  return {
    kind: 'put_service',
    serviceId,
    stated: statedPrice(sent),
    metadata,
    unitScale,
    asset,
    effectiveFromMs,
  };
}

const readServiceItem = compileReader(ServicePut);

function bulkItem(read: Validated<SentService>): ServiceItem {
  if (read.kind === 'invalid') return { kind: 'invalid', message: itemMessage(read) };
  const price = readPrice(read.value);
  if (price.kind === 'invalid') return { kind: 'invalid', message: `${price.pointer} ${price.message}` };
  return { kind: 'valid', item: putCommand(read.value) };
}
