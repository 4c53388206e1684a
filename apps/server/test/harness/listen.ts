import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** Lets a server of a test listen on a free port of loopback, and closes it with the test: its URL, without a path. */
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
