import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** For port 0, systems assign higher ports: Linux from 32768, others from 49152. */
const chosen = { from: 10_000, below: 32_768 } as const;

/**
 * A free loopback port that no system assigns to a server that listens on port 0. Otherwise the server of another test
 * could take it before it is used, and the two tests would write into each other's books.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(chosen.from, chosen.below);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      // Another process listens on it.
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
