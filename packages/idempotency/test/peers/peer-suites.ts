import type { Peer } from './peer-case.ts';

/**
 * The number of cases about behaviour in the suite of each peer: of middleware, handlers and functions, not of its
 * stores. A case with several parameters counts once. For Stripe the documentation was read, which has no cases.
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
