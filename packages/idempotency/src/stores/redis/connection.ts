import type { RedisScript } from './scripts.ts';

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
   * what the script found or wrote. Missing where the client has no way to do that.
   */
  readonly runReplicated?:
    | ((script: RedisScript, input: ScriptInput, wanted: Replication) => Promise<ReplicatedReply>)
    | undefined;
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

/** Whether an error is a reply of the server with that code, which is its first word. */
export function isErrorReply(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(`${code} `);
}

/** @throws {Error} unless it is what a script gave, and how many replicas acknowledged it */
export function parseReplies(replies: readonly unknown[] | undefined): ReplicatedReply {
  if (replies?.length !== 2) throw new Error('the driver gave an unknown reply');
  return { reply: replies[0], acknowledgedBy: Number(replies[1]) };
}

/** A script that does nothing, for a driver to find out which node has a key. */
export const nothing = 'return 0';
/** How often a batch is sent to another node. */
const redirectionsMax = 4;

/** Neither driver follows a redirection of commands that it sends together. It follows that of a single one, and remembers. */
export async function redirected<T>(run: () => Promise<T>, findNode: () => Promise<unknown>): Promise<T> {
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
export async function evaluate<T>(byDigest: () => Promise<T>, bySource: () => Promise<T>): Promise<T> {
  try {
    return await byDigest();
  } catch (error) {
    if (!isErrorReply(error, 'NOSCRIPT')) throw error;
  }
  return await bySource();
}

/** Whether a client has a method, by which its driver is known. */
export function has(client: unknown, method: string): boolean {
  return typeof Reflect.get(Object(client), method) === 'function';
}
