import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy of a server that can lose a reply together with the connection. */
export interface ReplyLoser {
  readonly port: number;
  /** Drops the next bytes from the server, and breaks the connection instead. */
  loseNextReply(): void;
  /** The number of lost replies. */
  lost(): number;
  stop(): Promise<void>;
}

/** Starts such a proxy for a port of this machine. */
export async function startReplyLoser(port: number): Promise<ReplyLoser> {
  const sockets = new Set<Socket>();
  let isLosing = false;
  let lost = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const close = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', close);
      socket.on('close', close);
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      if (!isLosing) {
        client.write(chunk);
        return;
      }
      isLosing = false;
      lost++;
      close();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    port: address.port,
    loseNextReply: () => {
      isLosing = true;
    },
    lost: () => lost,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
