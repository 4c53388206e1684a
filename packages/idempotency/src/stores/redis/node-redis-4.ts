import { evaluate, has, type RedisConnection, type ScriptInput } from './connection.ts';
import type { RedisScript } from './scripts.ts';

/** The options of a command of node-redis 4. */
interface NodeRedis4Options {
  /** strings of the reply are bytes */
  readonly returnBuffers?: boolean;
  /** the commands of one chain are sent over one connection, or the rest of them is not sent */
  readonly chainId?: symbol;
}

/** A client of the package `redis` (node-redis) in version 4, which is not in its `legacyMode`. */
export interface NodeRedis4Client {
  sendCommand(args: (string | Buffer)[], options?: NodeRedis4Options): Promise<unknown>;
  executeIsolated(use: never): Promise<unknown>;
}

/** A cluster of the package `redis` (node-redis) in version 4. */
export interface NodeRedis4Cluster {
  sendCommand(
    firstKey: string,
    isReadonly: boolean,
    args: (string | Buffer)[],
    options?: NodeRedis4Options,
  ): Promise<unknown>;
  getSlotMaster(slot: number): unknown;
}

const asBytes = { returnBuffers: true };

export function isNodeRedis4(client: unknown): client is NodeRedis4Client | NodeRedis4Cluster {
  if (!has(client, 'sendCommand') || has(client, 'withTypeMapping')) return false;
  return isCluster(client) || (has(client, 'executeIsolated') && !isLegacy(client));
}

export function nodeRedis4Connection(client: NodeRedis4Client | NodeRedis4Cluster): RedisConnection {
  return isCluster(client) ? clusterConnection(client) : clientConnection(client);
}

function clientConnection(client: NodeRedis4Client): RedisConnection {
  return {
    isCluster: false,
    run(script, input) {
      return evaluate(
        () => client.sendCommand(byDigest(script, input), asBytes),
        () => client.sendCommand(bySource(script, input), asBytes),
      );
    },
    runReplicated({ touching }, input, { replicas, timeoutMs }) {
      const send = async (command: (string | Buffer)[]) => {
        // Batches of this client return only text. Like a batch, a chain prevents a reconnection between the two
        // commands.
        const chainId = Symbol('script and WAIT');
        const [reply, acknowledgedBy] = await Promise.all([
          client.sendCommand(command, { ...asBytes, chainId }),
          client.sendCommand(['WAIT', String(replicas), String(timeoutMs)], { chainId }),
        ]);
        return { reply, acknowledgedBy: Number(acknowledgedBy) };
      };
      return evaluate(
        () => send(byDigest(touching, input)),
        () => send(bySource(touching, input)),
      );
    },
  };
}

// No `runReplicated`: this client cannot send two commands to the node of a key and receive bytes.
function clusterConnection(cluster: NodeRedis4Cluster): RedisConnection {
  return {
    isCluster: true,
    run(script, input) {
      const [key = ''] = input.keys;
      return evaluate(
        () => cluster.sendCommand(key, false, byDigest(script, input), asBytes),
        () => cluster.sendCommand(key, false, bySource(script, input), asBytes),
      );
    },
  };
}

function byDigest({ sha1 }: Pick<RedisScript, 'sha1'>, { keys, values }: ScriptInput): (string | Buffer)[] {
  return ['EVALSHA', sha1, String(keys.length), ...keys, ...values];
}

function bySource(
  { source }: Pick<RedisScript, 'source'>,
  { keys, values }: ScriptInput,
): (string | Buffer)[] {
  return ['EVAL', source, String(keys.length), ...keys, ...values];
}

function isCluster(client: unknown): client is NodeRedis4Cluster {
  return has(client, 'getSlotMaster');
}

/** Whether a client is in `legacyMode`: a command then takes a callback, and returns nothing. */
function isLegacy(client: unknown): boolean {
  const options: unknown = Reflect.get(Object(client), 'options');
  return Reflect.get(Object(options), 'legacyMode') === true;
}
