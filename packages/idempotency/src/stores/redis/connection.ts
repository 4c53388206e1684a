import { InvalidOptionsError } from '../../core/options.ts';
import type { RedisScript } from './scripts.ts';

/** A `Redis` or `Cluster` of ioredis. Its types leave out the two commands that the store uses. */
export interface IoredisClient {
  readonly isCluster: boolean;
  callBuffer(command: string, args: (string | Buffer | number)[]): Promise<unknown>;
}

/** What is used of an ioredis client; `callBuffer` would not do, it breaks under `enableAutoPipelining`. */
export interface IoredisScripting {
  readonly isCluster: boolean;
  evalshaBuffer(sha1: string, keyCount: number, ...input: (string | Buffer)[]): Promise<unknown>;
  evalBuffer(source: string, keyCount: number, ...input: (string | Buffer)[]): Promise<unknown>;
}

/** A client, cluster or pool of the package `redis` (node-redis), from version 5 on. */
export interface NodeRedisClient {
  withTypeMapping(mapping: { readonly 36: typeof Buffer }): NodeRedisScripting;
}

/** What is used of a node-redis client. */
export interface NodeRedisScripting {
  evalSha(sha1: string, input: NodeRedisInput): Promise<unknown>;
  eval(source: string, input: NodeRedisInput): Promise<unknown>;
}

/** What a script is given. */
export interface NodeRedisInput {
  keys: string[];
  arguments: (string | Buffer)[];
}

/** A client of one of the drivers: connected, and closed, by whoever passes it in. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** What a script is given: its declared keys, which lie in one slot of a cluster, and its arguments. */
export interface ScriptInput {
  readonly keys: readonly string[];
  readonly values: readonly (string | Buffer)[];
}

/** A driver, reduced to what a store needs. */
export interface RedisConnection {
  /** whether keys may lie on different servers; behind a proxy that is found out only when it refuses a script */
  readonly isCluster: boolean;
  /** Runs a script; strings of its reply are bytes. */
  run(script: RedisScript, input: ScriptInput): Promise<unknown>;
}

/** @throws {InvalidOptionsError} if it is the client of no driver that we know */
export function connectionOf(client: RedisClient): RedisConnection {
  if (isIoredis(client)) return ioredisConnection(client);
  if (isNodeRedis(client)) return nodeRedisConnection(client);
  throw new InvalidOptionsError([
    'client must be a client of ioredis, or of redis (node-redis) from version 5 on',
  ]);
}

/** Whether an error is a reply of the server with that code, which is its first word. */
export function isErrorReply(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(`${code} `);
}

function ioredisConnection(client: IoredisScripting): RedisConnection {
  return {
    isCluster: client.isCluster,
    run(script, { keys, values }) {
      return evaluate(
        () => client.evalshaBuffer(script.sha1, keys.length, ...keys, ...values),
        () => client.evalBuffer(script.source, keys.length, ...keys, ...values),
      );
    },
  };
}

/** How RESP marks the type of a bulk string, which every string of a script's reply is. */
const bulkString = 36;

function nodeRedisConnection(client: NodeRedisClient): RedisConnection {
  const scripting = client.withTypeMapping({ [bulkString]: Buffer });
  return {
    isCluster: 'nodeClient' in client,
    run(script, { keys, values }) {
      const input = { keys: [...keys], arguments: [...values] };
      return evaluate(
        () => scripting.evalSha(script.sha1, input),
        () => scripting.eval(script.source, input),
      );
    },
  };
}

/** A server that does not know the script (it was restarted, or another one was promoted) is sent its text, once. */
async function evaluate(
  byDigest: () => Promise<unknown>,
  bySource: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await byDigest();
  } catch (error) {
    if (!isErrorReply(error, 'NOSCRIPT')) throw error;
  }
  return await bySource();
}

function isIoredis(client: unknown): client is IoredisScripting {
  return has(client, 'evalshaBuffer') && has(client, 'evalBuffer');
}

function isNodeRedis(client: unknown): client is NodeRedisClient {
  return has(client, 'withTypeMapping') && has(client, 'evalSha');
}

function has(client: unknown, method: string): boolean {
  return typeof Reflect.get(Object(client), method) === 'function';
}
