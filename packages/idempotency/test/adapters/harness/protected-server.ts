import { idempotent, type NodeHandler, type NodeHandlerOptions } from '../../../src/adapters/node.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { Gate } from '../../../src/testing/adapter-laws/gate.ts';
import { listening } from './listening.ts';

/** A server on `node:http` with a protected handler. */
export interface ProtectedServer {
  readonly port: number;
  /** the outcome of each execution */
  readonly outcomes: readonly string[];
  /** passed by each execution that ends */
  readonly ends: Gate;
}

/** Serves a protected handler, runs the steps, and stops the server. */
export async function withServer(
  handler: NodeHandler,
  steps: (server: ProtectedServer) => Promise<void>,
  options: Partial<NodeHandlerOptions> = {},
): Promise<void> {
  const outcomes: string[] = [];
  const ends = new Gate();
  const observer: NodeHandlerOptions['observer'] = (event) => {
    if (event.kind !== 'execution_ended') return;
    outcomes.push(event.outcome);
    ends.arrive();
  };
  const server = await listening(
    idempotent({ store: memoryStore(), callers: 'by-address', observer, ...options }, handler),
  );
  try {
    await steps({ port: server.port, outcomes, ends });
  } finally {
    await server.close();
  }
}
