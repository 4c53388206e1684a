import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '../core/operation.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** The options of the adapter for `node:http`. */
export type NodeHandlerOptions = NodeOptions<IncomingMessage>;

/** A handler of `node:http`, synchronous or with promises. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * Makes a handler of `node:http` retry-safe. If the handler throws, the answer is 500 and its key is free again.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * createServer(idempotent({ store: memoryStore(), tenantOf }, handler)).listen(3000);
 */
export function idempotent(
  options: NodeHandlerOptions,
  handler: NodeHandler,
): (request: IncomingMessage, response: ServerResponse) => void {
  const protection = new NodeProtection<IncomingMessage>(options);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (protection.concerns(request)) {
      const target = request.url ?? '';
      const outcome = await protection.protect({
        request,
        raw: request,
        response,
        target,
        parsedBody: () => undefined,
      });
      if (outcome.kind === 'answered') return;
      if (outcome.operation !== undefined) return follow(outcome.operation, request, response);
    }
    await handler(request, response);
  }

  async function follow(operation: Operation, request: IncomingMessage, response: ServerResponse) {
    setOperation(request, operation);
    const running = Promise.resolve(handler(request, response));
    operation.follow(running);
    await running;
  }

  return (request, response) => {
    answer(request, response).catch(() => {
      if (response.writableEnded) return;
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  };
}
