import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { createClient as createClient4, createCluster as createCluster4 } from 'redis-4';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import type { RedisClient } from '../../src/stores/redis.ts';
import type { RedisServer } from './redis.ts';

/** A connected client of a driver, to be closed. */
export interface OpenClient {
  readonly client: RedisClient;
  close(): unknown;
}

/** How to connect with a driver. */
export interface RedisDriver {
  readonly name: string;
  /** A client that gives up a command after some time, and does not retry when the server is gone. */
  open(server: RedisServer): Promise<OpenClient>;
  /** @param cluster the nodes through which the others are found */
  openCluster(cluster: { readonly nodes: readonly Pick<RedisServer, 'port' | 'url'>[] }): Promise<OpenClient>;
}

/** Longer than a command takes on a busy machine. node-redis also counts the time without commands. */
const commandTimeoutMs = 5_000;

/** The classes of a version of ioredis. */
export interface IoredisClasses {
  readonly Redis: typeof Redis;
  readonly Cluster: typeof Cluster;
}

/** A driver for the given version of ioredis. */
export function ioredisDriver(
  name: string,
  enableAutoPipelining: boolean,
  classes: IoredisClasses = { Redis, Cluster },
): RedisDriver {
  return {
    name,
    async open({ port }) {
      const client = new classes.Redis(port, '127.0.0.1', {
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
      const client = new classes.Cluster(roots, { enableAutoPipelining, lazyConnect: true });
      client.on('error', ignore);
      await client.connect();
      return { client, close: () => client.disconnect() };
    },
  };
}

/** A client or cluster of node-redis. */
interface OpenedNodeRedis {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
}

interface NodeRedisVersion<Client extends OpenedNodeRedis, Cluster extends OpenedNodeRedis> {
  readonly name: string;
  newClient(url: string): Client;
  newCluster(urls: readonly string[]): Cluster;
  close(opened: Client | Cluster): unknown;
}

function nodeRedis<
  Client extends OpenedNodeRedis & RedisClient,
  Cluster extends OpenedNodeRedis & RedisClient,
>({ name, newClient, newCluster, close }: NodeRedisVersion<Client, Cluster>): RedisDriver {
  const opened = async <Opened extends Client | Cluster>(client: Opened): Promise<OpenClient> => {
    client.on('error', ignore);
    await client.connect();
    return { client, close: () => close(client) };
  };
  return {
    name,
    open: ({ url }) => opened(newClient(url)),
    openCluster: ({ nodes }) => opened(newCluster(nodes.map(({ url }) => url))),
  };
}

// Its command time-out ends when the command is written: only the socket time-out detects a server that hangs.
const socket = { reconnectStrategy: false, socketTimeout: commandTimeoutMs } as const;
const rootNodes = (urls: readonly string[]) => ({ rootNodes: urls.map((url) => ({ url })) });

/** With redis 4 on a cluster, the store cannot wait for replicas. */
export const nodeRedis4: RedisDriver = nodeRedis({
  name: 'node-redis 4',
  newClient: (url) => createClient4({ url, socket: { reconnectStrategy: false } }),
  newCluster: (urls) => createCluster4(rootNodes(urls)),
  close: (opened) => opened.isOpen && opened.disconnect(),
});

export const nodeRedis5: RedisDriver = nodeRedis({
  name: 'node-redis 5',
  newClient: (url) => createClient5({ url, socket }),
  newCluster: (urls) => createCluster5(rootNodes(urls)),
  close: (opened) => opened.isOpen && opened.destroy(),
});

/** The drivers that the store supports, in their newest versions. */
export const redisDrivers: readonly RedisDriver[] = [
  ioredisDriver('ioredis', false),
  ioredisDriver('ioredis with automatic pipelining', true),
  nodeRedis({
    name: 'node-redis',
    newClient: (url) => createClient({ url, socket }),
    newCluster: (urls) => createCluster(rootNodes(urls)),
    close: (opened) => opened.isOpen && opened.destroy(),
  }),
];

// Without a listener, a lost connection ends the process.
function ignore(): void {}
