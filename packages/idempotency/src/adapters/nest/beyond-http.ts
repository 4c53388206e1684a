import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { operationOf } from '../node/operations.ts';

/** A GraphQL mutation has a key, but only its HTTP request can be protected. Nothing was executed. */
export class UnprotectedContextError extends Error {
  readonly code = 'unprotected_context';

  constructor() {
    super(
      'an interceptor cannot protect a resolver of GraphQL: protect the route of GraphQL with the adapter for Express or Fastify',
    );
    this.name = 'UnprotectedContextError';
  }
}

/** What the interceptor needs to know about its protection. */
interface Concern {
  readonly requiresKey: boolean;
  concerns(request: IncomingMessage): boolean;
}

/**
 * Decides on an execution that is not an HTTP request to a route. All resolvers of a GraphQL request share one
 * response, so no interceptor can hold or replay it.
 *
 * @returns `unseen` if it continues without protection because its request is not available
 * @throws {UnprotectedContextError} for a mutation whose request has a key, or must have one, and is not protected
 */
export function judgeBeyondHttp(context: ExecutionContext, protection: Concern): 'go_on' | 'unseen' {
  if (context.getType<string>() !== 'graphql') return 'unseen';
  const [, , shared, info]: readonly unknown[] = context.getArgs();
  if (member(member(info, 'operation'), 'operation') !== 'mutation') return 'go_on';
  const request = requestOf(shared);
  if (request === undefined) {
    if (protection.requiresKey) throw new UnprotectedContextError();
    return 'unseen';
  }
  if (protection.concerns(request) && operationOf(request) === undefined) throw new UnprotectedContextError();
  return 'go_on';
}

/** The request that Apollo (`req`, `request`) or Mercurius (`reply`) left; a request of Fastify contains Node's. */
function requestOf(shared: unknown): IncomingMessage | undefined {
  const found =
    member(shared, 'req') ?? member(shared, 'request') ?? member(member(shared, 'reply'), 'request');
  const raw = member(found, 'raw') ?? found;
  return isIncoming(raw) ? raw : undefined;
}

function isIncoming(value: unknown): value is IncomingMessage {
  return typeof member(value, 'method') === 'string' && typeof member(value, 'headers') === 'object';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
