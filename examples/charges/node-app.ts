import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { idempotent, operationOf } from '@billonce/idempotency/node';
import { type Charging, InsufficientFundsError, parseCharge } from './charge.ts';
import { announce, port } from './listening.ts';

/** Serves charges with `node:http` alone. */
export function serveNode({ store, charge }: Charging): void {
  const handler = idempotent(
    { store, callers: 'by-address', mode: 'atomic', requireKey: true },
    async (request, response) => {
      if (request.method !== 'POST' || request.url !== '/charges') return refuse(response, 404, 'not_found');
      const wanted = await readCharge(request);
      const operation = operationOf(request);
      if (wanted === undefined || operation === undefined) return refuse(response, 400, 'invalid_charge');
      try {
        await charge(wanted, operation);
      } catch (error) {
        if (error instanceof InsufficientFundsError) return refuse(response, 402, 'insufficient_funds');
        throw error;
      }
      // The library sends the answer that the transaction stored.
      response.end();
    },
  );

  const server = createServer(handler).listen(port, '127.0.0.1', () => announce(server.address()));
}

async function readCharge(request: IncomingMessage) {
  try {
    return parseCharge(await json(request));
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}
