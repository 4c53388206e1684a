import { InvalidOptionsError } from '../core/invalid-options.ts';
import type { IdempotencyStore } from '../core/store.ts';
import { connectionOf, type RedisClient } from './redis/client.ts';
import { type OnEviction, onEvictionChoices } from './redis/eviction.ts';
import { RecordsInRedis } from './redis/records.ts';

export type { RedisClient } from './redis/client.ts';
export type { OnEviction } from './redis/eviction.ts';
export type { IoredisClient } from './redis/ioredis.ts';
export type { NodeRedisClient } from './redis/node-redis.ts';
export type { NodeRedis4Client, NodeRedis4Cluster } from './redis/node-redis-4.ts';

/** Where a Redis store keeps its records. */
export interface RedisStoreOptions {
  /**
   * a client of ioredis (`Redis`, `Cluster`) or of the package `redis` from version 4 on (client, cluster, pool),
   * connected and closed by you; not one of version 4 in `legacyMode`. Set a time-out and few retries on it: the store
   * itself never cancels a command
   */
  readonly client: RedisClient;
  /** the prefix of every key of the store, without braces; `idempotency:` */
  readonly prefix?: string;
  /**
   * how many replicas of a master must have a claim before its handler runs, and an answer before it is sent or
   * replayed; if fewer have it in time, the verb rejects. 0 (the default) waits for none. A fail-over keeps all that
   * was acknowledged only if this is the number of all replicas that may be promoted
   */
  readonly replicas?: number;
  /** how long to wait for the replicas, in milliseconds; less than `storeTimeoutMs`; 1 s */
  readonly replicationTimeoutMs?: number;
  /**
   * what the store does on a server that evicts keys when it is full (any `maxmemory-policy` but `noeviction`, with a
   * `maxmemory`): `refuse` (the default) rejects every claim, `warn` warns once for each process, `ignore` does not
   * check. The store asks the server with `INFO` at first use; if the reply does not contain the policy, the server is
   * accepted
   */
  readonly onEviction?: OnEviction;
  /** milliseconds since the epoch, for tests; the clock of the server */
  readonly nowMs?: () => number;
}

/**
 * A store in Redis (7 or later) or Valkey, for any number of instances; one server, one with replicas, or a cluster.
 *
 * It remembers only what the server remembers. The server must run with `maxmemory-policy noeviction`: a full server
 * then refuses new keys, while any other policy forgets old ones, which are then executed again (see `onEviction`). To
 * survive a restart it must run with `appendonly yes`; with `appendfsync everysec` a crash of the machine loses the
 * last second. Replication is asynchronous: a promoted replica lacks what the old master acknowledged but had not sent
 * yet, and a retry of such a key is executed again. The option `replicas` waits for the replicas. If nothing may be
 * lost, use a store with synchronous commits.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 */
export function redisStore(options: RedisStoreOptions): IdempotencyStore {
  const { client, prefix = 'idempotency:', replicas = 0, replicationTimeoutMs = 1000, nowMs } = options;
  const { onEviction = 'refuse' } = options;
  const faults: string[] = [];
  // Braces mark the part of a key that decides its slot: a record and its answer must be in the same slot.
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) faults.push('prefix must be a text without braces');
  if (!isWithin(replicas, 0, replicasMax))
    faults.push(`replicas must be a whole number up to ${replicasMax}`);
  if (!isWithin(replicationTimeoutMs, 1, replicationTimeoutMsMax)) {
    faults.push(`replicationTimeoutMs must be a whole number from 1 to ${replicationTimeoutMsMax}`);
  }
  if (!onEvictionChoices.includes(onEviction)) {
    faults.push(`onEviction must be one of ${onEvictionChoices.join(', ')}`);
  }
  if (nowMs !== undefined && typeof nowMs !== 'function') faults.push('nowMs must be a function');
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  const connection = connectionOf(client);
  if (replicas > 0 && connection.runReplicated === undefined) {
    throw new InvalidOptionsError([
      'replicas cannot be waited for by a cluster of redis (node-redis) 4: take version 5, or ioredis',
    ]);
  }
  const replication = { replicas, timeoutMs: replicationTimeoutMs };
  return new RecordsInRedis(connection, prefix, nowMs, replication, onEviction);
}

/** Bounds of the options. */
const replicasMax = 100;
const replicationTimeoutMsMax = 600_000;

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
