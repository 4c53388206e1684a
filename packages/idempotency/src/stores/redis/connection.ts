import type { RedisScript } from './scripts.ts';

/** The input of a script: its declared keys, which are in one slot of a cluster, and its arguments. */
export interface ScriptInput {
  readonly keys: readonly string[];
  readonly values: readonly (string | Buffer)[];
}

/** A driver, reduced to what a store needs. */
export interface RedisConnection {
  /** whether keys may be on different servers; with a proxy in between this is known only after it refuses a script */
  readonly isCluster: boolean;
  /** Runs a script; strings in its reply are bytes. */
  run(script: RedisScript, input: ScriptInput): Promise<unknown>;
  /**
   * Runs the touching form of a script, and then `WAIT` on the same connection: this shows how many replicas have what
   * the script found or wrote. Missing if the client cannot do that.
   */
  readonly runReplicated?:
    | ((script: RedisScript, input: ScriptInput, wanted: Replication) => Promise<ReplicatedReply>)
    | undefined;
}

/** How many replicas of a master must have a write, and how long to wait for them. */
export interface Replication {
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** The reply of a script, and how many replicas acknowledged it in time. */
export interface ReplicatedReply {
  readonly reply: unknown;
  readonly acknowledgedBy: number;
}

/** Whether an error is a reply of the server with this code, which is its first word. */
export function isErrorReply(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(`${code} `);
}

/** @throws {Error} unless it is the reply of a script and the number of replicas that acknowledged it */
export function parseReplies(replies: readonly unknown[] | undefined): ReplicatedReply {
  if (replies?.length !== 2) throw new Error('the driver gave an unknown reply');
  return { reply: replies[0], acknowledgedBy: Number(replies[1]) };
}

/** A script that does nothing: a driver uses it to find the node of a key. */
export const nothing = 'return 0';
/** How often a batch is sent to another node. */
const redirectionsMax = 4;

/**
 * Repeats a batch after a redirection. Neither driver follows a redirection of commands that it sends together. Both
 * follow that of a single command, and remember the node.
 */
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

/**
 * Runs a script by its digest. If the server does not know the script (after a restart or a promotion), it receives the
 * text.
 */
export async function evaluate<T>(byDigest: () => Promise<T>, bySource: () => Promise<T>): Promise<T> {
  try {
    return await byDigest();
  } catch (error) {
    if (!isErrorReply(error, 'NOSCRIPT')) throw error;
  }
  return await bySource();
}

/** Whether a client has a method; the driver is recognized by it. */
export function has(client: unknown, method: string): boolean {
  return typeof Reflect.get(Object(client), method) === 'function';
}
