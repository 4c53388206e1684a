import { InvalidOptionsError } from '../../core/invalid-options.ts';
import type { RedisConnection } from './connection.ts';
import { type IoredisClient, ioredisConnection, isIoredis } from './ioredis.ts';
import { isNodeRedis, type NodeRedisClient, nodeRedisConnection } from './node-redis.ts';
import {
  isNodeRedis4,
  type NodeRedis4Client,
  type NodeRedis4Cluster,
  nodeRedis4Connection,
} from './node-redis-4.ts';

/** A client of one of the drivers; the application connects and closes it. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedis4Client | NodeRedis4Cluster;

/** @throws {InvalidOptionsError} if it is not the client of a known driver, or one in a mode that cannot be used */
export function connectionOf(client: RedisClient): RedisConnection {
  if (isIoredis(client)) return ioredisConnection(client);
  if (isNodeRedis(client)) return nodeRedisConnection(client);
  if (isNodeRedis4(client)) return nodeRedis4Connection(client);
  throw new InvalidOptionsError([
    'client must be a client of ioredis, or of redis (node-redis) from version 4 on, without legacyMode',
  ]);
}
