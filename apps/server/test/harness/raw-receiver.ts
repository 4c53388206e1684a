import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** A receiver that uses only the parts of HTTP that its test needs. */
export interface RawReceiver {
  readonly port: number;
  /** the number of connections so far */
  readonly connections: () => number;
  /** Resolves when every accepted connection is closed. */
  allClosed(): Promise<void>;
  /** Closes every connection, and accepts no new ones. */
  stop(): Promise<void>;
}

/**
 * Starts a receiver that handles the bytes of a connection as the test wants.
 *
 * @param behave called with each connection and its number, from 1
 */
export async function startRawReceiver(
  t: TestContext,
  behave: (socket: Socket, number: number) => void,
): Promise<RawReceiver> {
  const closed: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    closed.push(new Promise((resolve) => socket.on('close', () => resolve())));
    // The other side may also close with a reset.
    socket.on('error', () => socket.destroy());
    behave(socket, closed.length);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  onEnd(t, stop);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no port');
  return {
    port: address.port,
    connections: () => closed.length,
    allClosed: async () => {
      await Promise.all(closed);
    },
    stop,
  };
}
