import type { Peer } from './peer-case.ts';

/**
 * How many cases the suite of each peer has about behavior: of middleware, handlers and functions, and not of its stores. A
 * case that runs with several parameters is one. Of Stripe the documentation was read, which has no cases.
 */
export const peerSuites: ReadonlyMap<Peer, number> = new Map<Peer, number>([
  ['express-idempotency', 18],
  ['@node-idempotency', 28],
  ['fastify-idempotency', 9],
  ['hono-idempotency', 119],
  ['@nestarc/idempotency', 135],
  ['universal-idempotent-request', 42],
  ['@reaatech/idempotency-middleware', 93],
  ['idempot-js', 174],
  ['django-idempotency-key', 122],
  ['IdempotentAPI', 35],
  ['idempotency4j', 63],
  ['idempotence4j', 47],
  ['arun0009/idempotent', 15],
  ['Powertools for AWS Lambda', 48],
  ['AgentPay', 20],
  ['Stripe', 0],
]);
