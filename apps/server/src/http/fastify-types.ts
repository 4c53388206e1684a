import type { WriteTimes } from '../ledger/ledger-parts.ts';
import type { KeyedOutcome } from '../metrics/metrics.ts';
import type { BodyPlace } from './body/body-room.ts';
import type { JsonBody } from './body/json-body.ts';
import type { Caller } from './caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** set for every operation that is not open */
    caller: Caller | undefined;
    /** what its body takes of the room for bodies; given back when the request is over */
    bodyPlace: BodyPlace | undefined;
    /** set when a JSON body came along */
    jsonBody: JsonBody | undefined;
    /** set once a write of this request has its outcome */
    writeTimes: WriteTimes | undefined;
    /** how a request with an idempotency key came out */
    keyedOutcome: KeyedOutcome | undefined;
  }
}
