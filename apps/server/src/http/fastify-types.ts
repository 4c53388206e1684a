import type { Caller } from './caller.ts';
import type { JsonBody } from './json-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** set for every operation that is not open */
    caller: Caller | undefined;
    /** set when a JSON body came along */
    jsonBody: JsonBody | undefined;
  }
}
