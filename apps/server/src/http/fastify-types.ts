import type { WriteTimes } from '../ledger/ledger-parts.ts';
import type { KeyedOutcome } from '../metrics/metrics.ts';
import type { BodyPlace } from './body/body-room.ts';
import type { JsonBody } from './body/json-body.ts';
import type { Caller } from './caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** set for every operation that is not open */
    caller: Caller | undefined;
    /** the room that its body takes; given back when the request is over */
    bodyPlace: BodyPlace | undefined;
    /** set if there is a JSON body */
    jsonBody: JsonBody | undefined;
    /** set once a write of this request has its outcome */
    writeTimes: WriteTimes | undefined;
    /** the outcome of a request with an idempotency key */
    keyedOutcome: KeyedOutcome | undefined;
  }
}
