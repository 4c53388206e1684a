import assert from 'node:assert/strict';
import type { NodeHandler } from '../../../src/adapters/node.ts';
import { header, send, type WireAnswer } from '../../../src/testing/adapter-laws/wire.ts';
import { withServer } from './protected-server.ts';

export const keyed = { path: '/', headers: [['Idempotency-Key', 'k']] } as const;

/** Once these are answered, the server has noticed every client that hung up before. */
export async function roundTrips(port: number): Promise<void> {
  for (let trip = 0; trip < 3; trip++) await send(port, { path: '/', method: 'GET' });
}

/** Sends one request twice, and returns the first answer and its replay. */
export async function twice(
  handler: NodeHandler,
  check: (first: WireAnswer, replay: WireAnswer) => void,
  method = 'POST',
): Promise<void> {
  let executions = 0;
  const counted: NodeHandler = (request, response) => {
    executions++;
    return handler(request, response);
  };
  const steps = async ({ port }: { readonly port: number }) => {
    const first = await send(port, { ...keyed, method });
    const replay = await send(port, { ...keyed, method });
    check(first, replay);
    assert.deepEqual([executions, header(replay, 'idempotency-replayed')], [1, 'true']);
  };
  await withServer(counted, steps, { methods: ['POST', 'HEAD'] });
}
