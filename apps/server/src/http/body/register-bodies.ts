import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tenantsShown } from '../../metrics/tenant-metrics.ts';
import { ApiError } from '../api-error.ts';
import type { Desk } from '../desk.ts';
import { BodyRoom } from './body-room.ts';
import { parseJsonBody } from './json-body.ts';
import { readBody } from './read-body.ts';
import { Slices, Turns } from './turns.ts';

/** Work on the bodies of all servers of this process, in turns. */
const turns = new Turns();

/** JSON is the only media type, without content coding; what it says is judged by the schemas later. */
export function registerBodies(
  app: FastifyInstance,
  { config, metrics, dailyBytes }: Pick<Desk, 'config' | 'metrics' | 'dailyBytes'>,
): void {
  const room = new BodyRoom(config.bodyBytesInFlightMax);
  metrics.watchBodies(() => room.bytes);
  metrics.watchTenants('body_bytes', () => room.byTenant());
  metrics.watchTenants('bytes_today', () => dailyBytes.heaviest(tenantsShown));
  app.decorateRequest('bodyPlace', undefined);
  app.addHook('preParsing', (request, reply, payload, done) => {
    // Gone while its key was looked up: the event that gives the place back has been, and no byte of its body will come.
    if (request.raw.socket.destroyed) return done(new ApiError('invalid_request', 'the connection is gone'));
    const place = room.place(laneOf(request));
    request.bodyPlace = place;
    // Also when the client leaves. Its request is worked on no longer than to the end of a slice.
    reply.raw.once('close', () => place.release());
    done(null, payload);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    const { bodyPlace: place, is404, routeOptions } = request;
    // Of a path that there is not, no body is of interest.
    if (place === undefined || is404) return;
    const announced = announcedBytes(request);
    const turn = () => turns.next(laneOf(request));
    const bytesMax = routeOptions.bodyLimit ?? 0;
    const bytes = await readBody(payload, { bytesMax, announced, place, turn });
    const tenant = request.caller?.tenant;
    const retryAfterSeconds =
      tenant === undefined ? undefined : await dailyBytes.refusedFor(tenant, bytes.length);
    if (retryAfterSeconds !== undefined) {
      metrics.quotaExceeded();
      throw new ApiError(
        'quota_exceeded',
        'the bytes of this tenant for today are used up; nothing was applied',
        {
          headers: { 'retry-after': String(retryAfterSeconds) },
        },
      );
    }
    if (bytes.length === 0) return;
    const isKeyed = request.headers['idempotency-key'] !== undefined;
    request.jsonBody = await parseJsonBody(bytes, slicesOf(request), isKeyed);
  });
}

/** The slices in which a request is worked on. */
export function slicesOf(request: FastifyRequest): Slices {
  return new Slices(async () => {
    await turns.next(laneOf(request));
    if (request.raw.socket.destroyed) throw new ApiError('invalid_request', 'the connection is gone');
  });
}

/** Whose work it is: of a tenant, or of the operator. */
function laneOf({ caller }: FastifyRequest): string {
  return caller?.tenant ?? '';
}

function announcedBytes({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
