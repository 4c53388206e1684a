import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** Starts to listen on a free loopback port, and closes the server with the test. Returns its URL without a path. */
export async function listen(t: TestContext, server: Server, address = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, address, resolve);
  });
  onEnd(t, async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address() as AddressInfo;
  return `http://${address}:${port}`;
}
