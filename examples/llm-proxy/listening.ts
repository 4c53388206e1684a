import type { Server } from 'node:http';

/** Prints the address of a server. */
export function announce(server: Server): void {
  const address = server.address();
  if (typeof address === 'object' && address !== null) {
    console.log(`listening on http://127.0.0.1:${address.port}`);
  }
}
