import { InvalidOptionsError } from '../../core/invalid-options.ts';
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
  pipeline(): IoredisPipeline;
}

/** Commands that ioredis sends together over one connection; if it breaks in between, none of the rest is sent again. */
export interface IoredisPipeline {
  evalshaBuffer(sha1: string, keyCount: number, ...input: (string | Buffer)[]): IoredisPipeline;
  evalBuffer(source: string, keyCount: number, ...input: (string | Buffer)[]): IoredisPipeline;
  wait(replicas: number, timeoutMs: number): IoredisPipeline;
  exec(): Promise<readonly (readonly [error: Error | null, reply?: unknown])[] | null>;
}

/** A client, cluster or pool of the package `redis` (node-redis), from version 5 on. */
export interface NodeRedisClient {
  withTypeMapping(mapping: { readonly 36: typeof Buffer }): NodeRedisScripting;
}

/** What is used of a node-redis client. */
export interface NodeRedisScripting {
  evalSha(sha1: string, input: NodeRedisInput): Promise<unknown>;
  eval(source: string, input: NodeRedisInput): Promise<unknown>;
  multi(): NodeRedisBatch;
}

/** Commands that node-redis sends together over one connection, or not at all. */
export interface NodeRedisBatch {
  evalSha(sha1: string, input: NodeRedisInput): NodeRedisBatch;
  eval(source: string, input: NodeRedisInput): NodeRedisBatch;
  wait(replicas: number, timeoutMs: number): NodeRedisBatch;
  execAsPipeline(): Promise<readonly unknown[]>;
}

/** What is used of a node-redis cluster besides. */
interface NodeRedisCluster {
  getNodeClientForKey(key: string): Promise<NodeRedisClient>;
}

/** What is used of a node-redis pool besides. */
interface NodeRedisPool {
  execute<T>(use: (client: NodeRedisClient) => Promise<T>): Promise<T>;
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
  /**
   * Runs the touching form of a script, and then `WAIT` on the same connection: so it is known how many replicas have
   * what the script found or wrote.
   */
  runReplicated(script: RedisScript, input: ScriptInput, wanted: Replication): Promise<ReplicatedReply>;
}

/** How many replicas of a master are to have a write, and for how long they are waited for. */
export interface Replication {
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** What a script gave, and how many replicas acknowledged it in time. */
export interface ReplicatedReply {
  readonly reply: unknown;
  readonly acknowledgedBy: number;
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
    runReplicated({ touching }, { keys, values }, { replicas, timeoutMs }) {
      const send = async (pipeline: IoredisPipeline) =>
        parseReplies((await pipeline.wait(replicas, timeoutMs).exec())?.map(replyOf));
      return redirected(
        () =>
          evaluate(
            () => send(client.pipeline().evalshaBuffer(touching.sha1, keys.length, ...keys, ...values)),
            () => send(client.pipeline().evalBuffer(touching.source, keys.length, ...keys, ...values)),
          ),
        () => client.evalBuffer(nothing, 1, ...keys.slice(0, 1)),
      );
    },
  };
}

function replyOf([error, reply]: readonly [error: Error | null, reply?: unknown]): unknown {
  if (error !== null) throw error;
  return reply;
}

/** How RESP marks the type of a bulk string, which every string of a script's reply is. */
const bulkString = 36;
const asBytes = { [bulkString]: Buffer } as const;

function nodeRedisConnection(client: NodeRedisClient): RedisConnection {
  const scripting = client.withTypeMapping(asBytes);
  return {
    isCluster: isNodeRedisCluster(client),
    run(script, { keys, values }) {
      const input = { keys: [...keys], arguments: [...values] };
      return evaluate(
        () => scripting.evalSha(script.sha1, input),
        () => scripting.eval(script.source, input),
      );
    },
    runReplicated({ touching }, { keys, values }, { replicas, timeoutMs }) {
      const input = { keys: [...keys], arguments: [...values] };
      const send = async (add: (batch: NodeRedisBatch) => NodeRedisBatch) =>
        parseReplies(
          await withNode(client, keys[0] ?? '', (node) =>
            add(node.withTypeMapping(asBytes).multi()).wait(replicas, timeoutMs).execAsPipeline(),
          ),
        );
      return redirected(
        () =>
          evaluate(
            () => send((batch) => batch.evalSha(touching.sha1, input)),
            () => send((batch) => batch.eval(touching.source, input)),
          ),
        () => scripting.eval(nothing, { keys: keys.slice(0, 1), arguments: [] }),
      );
    },
  };
}

/** A batch of a cluster or of a pool would not keep to the mapping of types: that of one of its clients does. */
async function withNode<T>(
  client: NodeRedisClient,
  key: string,
  use: (node: NodeRedisClient) => Promise<T>,
): Promise<T> {
  if (isNodeRedisCluster(client)) return await use(await client.getNodeClientForKey(key));
  return isNodeRedisPool(client) ? await client.execute(use) : await use(client);
}

function parseReplies(replies: readonly unknown[] | undefined): ReplicatedReply {
  if (replies?.length !== 2) throw new Error('the driver gave an unknown reply');
  return { reply: replies[0], acknowledgedBy: Number(replies[1]) };
}

/** A script that does nothing, for a driver to find out which node has a key. */
const nothing = 'return 0';
/** How often a batch is sent to another node. */
const redirectionsMax = 4;

/** Neither driver follows a redirection of commands that it sends together. It follows that of a single one, and remembers. */
async function redirected<T>(run: () => Promise<T>, findNode: () => Promise<unknown>): Promise<T> {
  for (let redirections = 0; ; redirections++) {
    try {
      return await run();
    } catch (error) {
      if (!isErrorReply(error, 'MOVED') || redirections === redirectionsMax) throw error;
    }
    await findNode();
  }
}

/** A server that does not know the script (it was restarted, or another one was promoted) is sent its text, once. */
async function evaluate<T>(byDigest: () => Promise<T>, bySource: () => Promise<T>): Promise<T> {
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

function isNodeRedisCluster(client: unknown): client is NodeRedisCluster {
  return has(client, 'getNodeClientForKey');
}

function isNodeRedisPool(client: unknown): client is NodeRedisPool {
  return has(client, 'execute');
}

function has(client: unknown, method: string): boolean {
  return typeof Reflect.get(Object(client), method) === 'function';
}
