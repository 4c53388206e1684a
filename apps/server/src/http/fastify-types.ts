import type { WriteTimes } from '../ledger/ledger.ts';
import type { KeyedOutcome } from '../metrics/metrics.ts';
import type { Caller } from './caller.ts';
import type { JsonBody } from './json-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** set for every operation that is not open */
    caller: Caller | undefined;
    /** set when a JSON body came along */
    jsonBody: JsonBody | undefined;
    /** set once a write of this request has its outcome */
    writeTimes: WriteTimes | undefined;
    /** how a request with an idempotency key came out */
    keyedOutcome: KeyedOutcome | undefined;
  }
}
