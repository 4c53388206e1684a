import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { LawServer } from '../../../src/testing/adapter-laws.ts';

/** Reads the body of each request and discards it, before a listener is called. */
export function withoutBodies(listener: RequestListener): RequestListener {
  return (request, response) => {
    request.on('end', () => listener(request, response)).resume();
  };
}

/** Serves on a free port of 127.0.0.1. */
export async function listening(listener: RequestListener): Promise<LawServer> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    port: address.port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
