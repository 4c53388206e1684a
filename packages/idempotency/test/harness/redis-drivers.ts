import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import type { RedisClient } from '../../src/stores/redis.ts';
import type { RedisServer } from './redis.ts';

/** A connected client of a driver, to be closed. */
export interface OpenClient {
  readonly client: RedisClient;
  close(): unknown;
}

/** How a driver is connected. */
export interface RedisDriver {
  readonly name: string;
  /** A client that gives a command up after a while, and does not try again when the server is gone. */
  open(server: RedisServer): Promise<OpenClient>;
  /** @param cluster the nodes by which the others are found */
  openCluster(cluster: { readonly nodes: readonly Pick<RedisServer, 'port' | 'url'>[] }): Promise<OpenClient>;
}

const commandTimeoutMs = 500;

function ioredis(name: string, enableAutoPipelining: boolean): RedisDriver {
  return {
    name,
    async open({ port }) {
      const client = new Redis(port, '127.0.0.1', {
        enableAutoPipelining,
        commandTimeout: commandTimeoutMs,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
        lazyConnect: true,
      });
      client.on('error', ignore);
      await client.connect();
      return { client, close: () => client.disconnect() };
    },
    async openCluster({ nodes }) {
      const roots = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
      const client = new Cluster(roots, { enableAutoPipelining, lazyConnect: true });
      client.on('error', ignore);
      await client.connect();
      return { client, close: () => client.disconnect() };
    },
  };
}

const nodeRedis: RedisDriver = {
  name: 'node-redis',
  async open({ url }) {
    const client = createClient({
      url,
      // Its time-out of a command ends when the command is written: only that of the socket sees a server that hangs.
      socket: { reconnectStrategy: false, socketTimeout: commandTimeoutMs },
    });
    client.on('error', ignore);
    await client.connect();
    return { client, close: () => client.isOpen && client.destroy() };
  },
  async openCluster({ nodes }) {
    const client = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
    client.on('error', ignore);
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

/** The drivers that the store takes. */
export const redisDrivers: readonly RedisDriver[] = [
  ioredis('ioredis', false),
  ioredis('ioredis with automatic pipelining', true),
  nodeRedis,
];

// Without a listener a lost connection ends the process.
function ignore(): void {}
