import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tenantsShown } from '../../metrics/tenant-metrics.ts';
import { ApiError } from '../api-error.ts';
import type { Desk } from '../desk.ts';
import type { BodyRoom } from './body-room.ts';
import { largeFrom, parseJsonBody, parseSmallBody } from './json-body.ts';
import { readBody } from './read-body.ts';
import { Slices, Turns } from './turns.ts';

/** Schedules the work on the bodies of all servers of this process. */
const turns = new Turns();

/** JSON is the only media type, without content coding; the schemas check its content later. */
export function registerBodies(
  app: FastifyInstance,
  { metrics, dailyBytes }: Pick<Desk, 'metrics' | 'dailyBytes'>,
  room: BodyRoom,
): void {
  metrics.watchBodies(() => room.bytes);
  metrics.watchTenants('body_bytes', () => room.byTenant());
  metrics.watchTenants('bytes_today', () => dailyBytes.heaviest(tenantsShown));
  app.decorateRequest('bodyPlace', undefined);
  app.addHook('preParsing', (request, reply, payload, done) => {
    // The client left while its key was looked up: the event that gives back the place is over, and no byte of its body
    // will arrive.
    if (request.raw.socket.destroyed) return done(new ApiError('invalid_request', 'the connection is gone'));
    const place = room.place(laneOf(request));
    request.bodyPlace = place;
    // This also happens if the client leaves. Work on its request ends with the current slice.
    reply.raw.once('close', () => place.release());
    done(null, payload);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    const { bodyPlace: place, is404, routeOptions } = request;
    // If the path does not exist, its body is ignored.
    if (place === undefined || is404) return;
    const announced = announcedBytes(request);
    const turn = () => turns.next(laneOf(request));
    const bytesMax = routeOptions.bodyLimit ?? 0;
    const bytes = await readBody(payload, { bytesMax, announced, place, turn });
    const tenant = request.caller?.tenant;
    const refused = tenant === undefined ? undefined : dailyBytes.refusedFor(tenant, bytes.length);
    const retryAfterSeconds = refused === undefined ? undefined : await refused;
    if (retryAfterSeconds !== undefined) {
      metrics.quotaExceeded();
      throw new ApiError(
        'quota_exceeded',
        'the daily byte quota of this tenant is used up; nothing was applied',
        {
          headers: { 'retry-after': String(retryAfterSeconds) },
        },
      );
    }
    if (bytes.length === 0) return;
    const isKeyed = request.headers['idempotency-key'] !== undefined;
    request.jsonBody =
      bytes.length <= largeFrom
        ? parseSmallBody(bytes)
        : await parseJsonBody(bytes, slicesOf(request), isKeyed);
  });
}

/** The slices in which a request is processed. */
export function slicesOf(request: FastifyRequest): Slices {
  return new Slices(async () => {
    await turns.next(laneOf(request));
    if (request.raw.socket.destroyed) throw new ApiError('invalid_request', 'the connection is gone');
  });
}

/** The owner of the work: a tenant, or the operator. */
function laneOf({ caller }: FastifyRequest): string {
  return caller?.tenant ?? '';
}

function announcedBytes({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
