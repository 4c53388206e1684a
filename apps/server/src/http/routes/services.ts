import type { ServiceFilter } from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import type { PutService } from '../../domain/command.ts';
import type { Service } from '../../domain/service.ts';
import type { Books } from '../../reads/books.ts';
import { sumService } from '../../reads/sums.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
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
      const body = JSON.stringify(page);
      const etag = `W/"${sha256(body).slice(0, 32)}"`;
      if (call.request.headers['if-none-match'] === etag) return { status: 304, headers: [['etag', etag]] };
      return { status: 200, headers: [['etag', etag]], body: page };
    },

    readService: async (call) => {
      const { serviceId } = call.params;
      const service = await books.service(tenantOf(call), serviceId);
      if (service === undefined) throw new ApiError('not_found', `service ${serviceId} is not registered`);
      return { status: 200, body: serviceAnswer(service) };
    },

    readServiceUsage: async (call) => {
      const { serviceId } = call.params;
      const { total, agents } = await sumService(books, tenantOf(call), serviceId);
      return { status: 200, body: { serviceId, total: exactInteger(total), agents } };
    },
  } satisfies Partial<Handlers>;
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
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
  };
}
