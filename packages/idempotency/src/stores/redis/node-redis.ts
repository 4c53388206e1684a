import { evaluate, has, nothing, parseReplies, type RedisConnection, redirected } from './connection.ts';

/** A client, cluster or pool of the package `redis` (node-redis), from version 5 on. */
export interface NodeRedisClient {
  withTypeMapping(mapping: { readonly 36: typeof Buffer }): NodeRedisScripting;
}

/** The methods that the store uses of a client. */
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

/** The further methods that the store uses of a cluster. */
interface NodeRedisCluster {
  getNodeClientForKey(key: string): Promise<NodeRedisClient>;
}

/** The further methods that the store uses of a pool. */
interface NodeRedisPool {
  execute<T>(use: (client: NodeRedisClient) => Promise<T>): Promise<T>;
}

/** The input of a script. */
export interface NodeRedisInput {
  keys: string[];
  arguments: (string | Buffer)[];
}

export function isNodeRedis(client: unknown): client is NodeRedisClient {
  return has(client, 'withTypeMapping') && has(client, 'evalSha');
}

function isNodeRedisCluster(client: unknown): client is NodeRedisCluster {
  return has(client, 'getNodeClientForKey');
}

function isNodeRedisPool(client: unknown): client is NodeRedisPool {
  return has(client, 'execute');
}

/** The RESP mark of a bulk string; every string in a script's reply is one. */
const bulkString = 36;
const asBytes = { [bulkString]: Buffer } as const;

export function nodeRedisConnection(client: NodeRedisClient): RedisConnection {
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

/** Uses one client of a cluster or a pool: a batch of the cluster or the pool itself would ignore the type mapping. */
async function withNode<T>(
  client: NodeRedisClient,
  key: string,
  use: (node: NodeRedisClient) => Promise<T>,
): Promise<T> {
  if (isNodeRedisCluster(client)) return await use(await client.getNodeClientForKey(key));
  return isNodeRedisPool(client) ? await client.execute(use) : await use(client);
}
