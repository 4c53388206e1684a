import { evaluate, has, nothing, parseReplies, type RedisConnection, redirected } from './connection.ts';

/** A `Redis` or `Cluster` of ioredis. Its types leave out the two commands that the store uses. */
export interface IoredisClient {
  readonly isCluster: boolean;
  callBuffer(command: string, args: (string | Buffer | number)[]): Promise<unknown>;
}

/** The methods that the store uses. `callBuffer` does not work: it breaks under `enableAutoPipelining`. */
export interface IoredisScripting {
  readonly isCluster: boolean;
  evalshaBuffer(sha1: string, keyCount: number, ...input: (string | Buffer)[]): Promise<unknown>;
  evalBuffer(source: string, keyCount: number, ...input: (string | Buffer)[]): Promise<unknown>;
  pipeline(): IoredisPipeline;
}

/**
 * Commands that ioredis sends together over one connection. If the connection breaks in between, the rest is not sent
 * again.
 */
export interface IoredisPipeline {
  evalshaBuffer(sha1: string, keyCount: number, ...input: (string | Buffer)[]): IoredisPipeline;
  evalBuffer(source: string, keyCount: number, ...input: (string | Buffer)[]): IoredisPipeline;
  wait(replicas: number, timeoutMs: number): IoredisPipeline;
  exec(): Promise<readonly (readonly [error: Error | null, reply?: unknown])[] | null>;
}

export function isIoredis(client: unknown): client is IoredisScripting {
  return has(client, 'evalshaBuffer') && has(client, 'evalBuffer');
}

export function ioredisConnection(client: IoredisScripting): RedisConnection {
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
