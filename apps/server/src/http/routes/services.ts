import { compileValidator, type ServiceFilter, ServicePut } from '@billonce/contract';
import { outstandingRequests } from '../../domain/account.ts';
import type { PutService, ServiceItem, SetDisabled } from '../../domain/command.ts';
import type { Service } from '../../domain/service.ts';
import { timestampOfMs } from '../../domain/timestamps.ts';
import type { Books } from '../../reads/books.ts';
import { sumService, topAgents } from '../../reads/sums.ts';
import { ApiError } from '../api-error.ts';
import { accountCursor, encodeCursor, nameCursor, numberCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { exactInteger } from '../exact-integer.ts';
import type { Handlers } from '../router.ts';

export function serviceRoutes({ writes, books }: Desk) {
  return {
    putService: async (call) => await writes.write(call, tenantOf(call), putCommand(call.body)),

    setPrice: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_price',
        serviceId: call.params.serviceId,
        priceStroops: BigInt(call.body.priceStroops),
      }),

    listServices: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const page = await listServices(books, tenantOf(call), call.query, nameCursor(cursor), limit);
      return { status: 200, body: page };
    },

    readService: async (call) => {
      const service = await knownService(books, tenantOf(call), call.params.serviceId);
      return { status: 200, body: serviceAnswer(service) };
    },

    putServiceBulk: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'put_service_bulk',
        items: call.body.items.map(bulkItem),
      }),

    deleteService: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'delete_service',
        serviceId: call.params.serviceId,
      }),

    listPrices: async (call) => {
      const { serviceId } = call.params;
      const { cursor, limit = 100 } = call.query;
      await knownService(books, tenantOf(call), serviceId);
      const prices = await books.pricesAfter(tenantOf(call), serviceId, numberCursor(cursor), limit + 1);
      const items = prices.slice(0, limit).map(({ version, priceStroops, setAtMs }) => ({
        version,
        priceStroops: Number(priceStroops),
        setAt: timestampOfMs(setAtMs),
      }));
      const last = prices.length > limit ? items.at(-1) : undefined;
      const nextCursor = last === undefined ? null : encodeCursor('number', String(last.version));
      return { status: 200, body: { items, nextCursor } };
    },

    readMetadata: async (call) => {
      const { serviceId, description, owner } = await knownService(
        books,
        tenantOf(call),
        call.params.serviceId,
      );
      return { status: 200, body: { serviceId, ...metadataAnswer({ description, owner }) } };
    },

    putMetadata: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_metadata',
        serviceId: call.params.serviceId,
        metadata: call.body,
      }),

    disableService: async (call) =>
      await writes.write(call, tenantOf(call), disabledCommand(call.params.serviceId, true)),

    enableService: async (call) =>
      await writes.write(call, tenantOf(call), disabledCommand(call.params.serviceId, false)),

    patchDisabled: async (call) =>
      await writes.write(call, tenantOf(call), disabledCommand(call.params.serviceId, call.body.disabled)),

    listServiceAgents: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const { serviceId } = call.params;
      const after = accountCursor(cursor);
      const filter = { tenant: tenantOf(call), serviceId };
      const { items, next } = await books.accountsAfter(filter, after, limit);
      return {
        status: 200,
        body: {
          serviceId,
          items: items.map(({ account }) => ({ agent: account.agent, total: outstandingRequests(account) })),
          nextCursor: next === undefined ? null : encodeCursor('account', next),
        },
      };
    },

    topAgents: async (call) => {
      const { serviceId } = call.params;
      const { limit = 10 } = call.query;
      const items = await topAgents(books, { tenant: tenantOf(call), serviceId }, limit);
      return { status: 200, body: { serviceId, items } };
    },

    readServiceUsage: async (call) => {
      const { serviceId } = call.params;
      const { total, agents } = await sumService(books, tenantOf(call), serviceId);
      return { status: 200, body: { serviceId, total: exactInteger(total), agents } };
    },
  } satisfies Partial<Handlers>;
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

type SentService = {
  readonly serviceId: string;
  readonly priceStroops: number;
  readonly description?: string;
  readonly owner?: string;
};

function putCommand({ serviceId, priceStroops, description, owner }: SentService): PutService {
  if ((description === undefined) !== (owner === undefined)) {
    const missing = description === undefined ? '/description' : '/owner';
    throw new ApiError('invalid_request', 'description and owner come both or neither', {
      faults: [{ pointer: missing, message: 'is required when the other of description and owner is sent' }],
    });
  }
  const metadata = description === undefined || owner === undefined ? undefined : { description, owner };
  return { kind: 'put_service', serviceId, priceStroops: BigInt(priceStroops), metadata };
}

const validateItem = compileValidator(ServicePut);

function bulkItem(sent: unknown): ServiceItem {
  const validated = validateItem(sent);
  if (validated.kind === 'invalid') {
    const message = validated.faults.map((fault) => `${fault.pointer} ${fault.message}`.trim()).join('; ');
    return { kind: 'invalid', message };
  }
  const { description, owner } = validated.value;
  if ((description === undefined) !== (owner === undefined)) {
    return { kind: 'invalid', message: 'description and owner come both or neither' };
  }
  return { kind: 'valid', item: putCommand(validated.value) };
}

const scanRows = 1_000;
const scannedMax = 10_000;

/** A page of services by their ids. A filter that matches little gives short pages, not long waits. */
async function listServices(
  books: Books,
  tenant: string,
  filter: ServiceFilter,
  after: string,
  limit: number,
) {
  const services: ReturnType<typeof serviceAnswer>[] = [];
  let last = after;
  for (let scanned = 0; scanned < scannedMax; ) {
    const rows = await books.servicesAfter(tenant, last, scanRows);
    for (const service of rows) {
      last = service.serviceId;
      scanned += 1;
      if (!matches(service, filter)) continue;
      services.push(serviceAnswer(service));
      if (services.length === limit) return { services, nextCursor: encodeCursor('name', last) };
    }
    if (rows.length < scanRows) return { services, nextCursor: null };
  }
  return { services, nextCursor: encodeCursor('name', last) };
}

function matches(service: Service, filter: ServiceFilter): boolean {
  if (service.deleted) return false;
  const { prefix, q, disabled, minPrice, maxPrice } = filter;
  if (prefix !== undefined && !service.serviceId.startsWith(prefix)) return false;
  if (q !== undefined && !service.serviceId.toLowerCase().includes(q.toLowerCase())) return false;
  if (disabled !== undefined && service.disabled !== (disabled === 'true')) return false;
  if (minPrice !== undefined && service.priceStroops < BigInt(minPrice)) return false;
  return maxPrice === undefined || service.priceStroops <= BigInt(maxPrice);
}

function serviceAnswer({ serviceId, priceStroops, disabled, description, owner }: Service) {
  return {
    serviceId,
    priceStroops: Number(priceStroops),
    disabled,
    ...metadataAnswer({ description, owner }),
  };
}

function metadataAnswer({ description, owner }: Pick<Service, 'description' | 'owner'>) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
  };
}
