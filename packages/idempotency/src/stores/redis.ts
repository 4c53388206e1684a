import { InvalidOptionsError } from '../core/invalid-options.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../core/store.ts';
import {
  connectionOf,
  isErrorReply,
  type RedisClient,
  type RedisConnection,
  type ReplicatedReply,
  type Replication,
} from './redis/connection.ts';
import { type FoundRecord, type FreeSlot, parseClaim, parseFound, textOf } from './redis/replies.ts';
import {
  claimScript,
  completeScript,
  drawScript,
  inspectScript,
  type RedisScript,
  releaseScript,
  renewScript,
} from './redis/scripts.ts';

export type { IoredisClient, NodeRedisClient, RedisClient } from './redis/connection.ts';

/** Where a Redis store keeps its records. */
export interface RedisStoreOptions {
  /**
   * a client of ioredis (`Redis`, `Cluster`) or of the package `redis` from version 5 on (client, cluster, pool),
   * connected and closed by you. Give it a time-out and few retries of its own: the store never gives a command up
   */
  readonly client: RedisClient;
  /** what every key of the store begins with, without braces; `idempotency:` */
  readonly prefix?: string;
  /**
   * how many replicas of a master must have a claim before its handler runs, and an answer before it is sent or
   * replayed; if fewer have it in time, the verb rejects. 0 (the default) waits for none. Only the number of all
   * replicas that may be promoted keeps a fail-over from forgetting what was acknowledged
   */
  readonly replicas?: number;
  /** how long the replicas are waited for, in milliseconds; less than `storeTimeoutMs`; 1 s */
  readonly replicationTimeoutMs?: number;
  /** milliseconds since the epoch, for tests; the clock of the server */
  readonly nowMs?: () => number;
}

/**
 * A store in Redis (7 or later) or Valkey, for any number of instances; one server, one with replicas, or a cluster.
 *
 * It remembers what the server remembers. The server must run with `maxmemory-policy noeviction` (then a full server
 * refuses new keys; any other policy forgets old ones, which are then executed again) and, to outlive a restart, with
 * `appendonly yes`; with `appendfsync everysec` a crash of the machine loses the last second. Replication is
 * asynchronous: a replica that is promoted has lost what the old master had acknowledged and not yet sent, and a
 * retry of such a key is executed again. The option `replicas` waits for the replicas. Where nothing may be lost, use
 * a store with synchronous commits.
 *
 * @throws {InvalidOptionsError} that names every mistake in the options
 */
export function redisStore(options: RedisStoreOptions): IdempotencyStore {
  const { client, prefix = 'idempotency:', replicas = 0, replicationTimeoutMs = 1000, nowMs } = options;
  const faults: string[] = [];
  // Braces say which part of a key decides its slot: a record and its answer must lie in the same one.
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) faults.push('prefix must be a text without braces');
  if (!isWithin(replicas, 0, replicasMax))
    faults.push(`replicas must be a whole number up to ${replicasMax}`);
  if (!isWithin(replicationTimeoutMs, 1, replicationTimeoutMsMax)) {
    faults.push(`replicationTimeoutMs must be a whole number from 1 to ${replicationTimeoutMsMax}`);
  }
  if (nowMs !== undefined && typeof nowMs !== 'function') faults.push('nowMs must be a function');
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return new RedisStore(connectionOf(client), prefix, { replicas, timeoutMs: replicationTimeoutMs }, nowMs);
}

/** Bounds of the options. */
const replicasMax = 100;
const replicationTimeoutMsMax = 600_000;

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** How often a claim draws a token, while others take the slot and give it up again in between. */
const drawsMax = 10;

class RedisStore implements IdempotencyStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #counter: string;
  readonly #replication: Replication;
  readonly #nowMs: (() => number) | undefined;
  /** whether a script may touch a record and the counter of the tokens at once */
  #isOneServer: boolean;

  constructor(
    connection: RedisConnection,
    prefix: string,
    replication: Replication,
    nowMs: (() => number) | undefined,
  ) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#counter = `${prefix}fencing-token`;
    this.#replication = replication;
    this.#nowMs = nowMs;
    this.#isOneServer = !connection.isCluster;
  }

  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    const { fingerprint, leaseMs, retentionMs, takeOver } = request;
    const claimId = crypto.randomUUID();
    const asked = [claimId, fingerprint, leaseMs, retentionMs, takeOver ?? ''].map(String);
    try {
      return await this.#claim(slot, asked);
    } catch (error) {
      if (isErrorReply(error, 'OOM')) return { kind: 'full' };
      throw error;
    }
  }

  async renew(slot: Slot, fencingToken: number, leaseMs: number): Promise<boolean> {
    const values = [String(fencingToken), String(leaseMs)];
    return isYes(await this.#runKept(renewScript, this.#keysOf(slot), values));
  }

  async complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    const { answer, answerTtlMs, location } = completion;
    const values: (string | Buffer)[] = [String(fencingToken), String(answerTtlMs)];
    if (answer !== undefined) values.push('answer', typeof answer === 'string' ? answer : bufferOf(answer));
    if (location !== undefined) values.push('location', location);
    return isYes(await this.#runKept(completeScript, this.#keysOf(slot), values));
  }

  // A release that a fail-over loses leaves a lease that lapses, and its key is refused: too strict, and safe.
  async release(slot: Slot, fencingToken: number): Promise<boolean> {
    return isYes(await this.#run(releaseScript, this.#keysOf(slot), [String(fencingToken)]));
  }

  async inspect(slot: Slot): Promise<FoundRecord | undefined> {
    const reply = await this.#runKept(inspectScript, this.#keysOf(slot), []);
    return reply === null ? undefined : parseFound(reply);
  }

  /**
   * On a cluster the counter of the tokens lies in another slot than most records, so that no script can touch both.
   * A claim looks first (a record that is there costs one round trip and no token), then draws a token, then claims.
   * In between, others may claim the slot under a later token and even release it; the earlier token must then be
   * refused, or the later of two holders would have the smaller one. The claim script takes a token only if it is
   * greater than that of the record, or, where there is none, if the mark that the look left is still there: a claim
   * overwrites the mark, and a look after it leaves another one. One server does all of it in one script.
   */
  async #claim(slot: Slot, asked: readonly string[]): Promise<Claim> {
    let drawn = ['', ''];
    for (let draws = 0; draws < drawsMax; draws++) {
      const isLook = draws === 0 && !this.#isOneServer;
      const claim = await (isLook ? this.#look(slot, asked) : this.#tryClaim(slot, [...asked, ...drawn]));
      if (claim.kind !== 'free') return claim;
      const token = await this.#run(drawScript, [this.#counter], [claim.above]);
      drawn = [textOf(token), claim.drawId];
    }
    throw new Error(`the slot was taken and given up ${drawsMax} times while it was claimed`);
  }

  /** That a slot is free promises nothing, and needs no replica. What is found is looked at once more, with them. */
  async #look(slot: Slot, asked: readonly string[]): Promise<Claim | FreeSlot> {
    const values = [...asked, '', ''];
    const look = parseClaim(await this.#run(claimScript, this.#keysOf(slot), values));
    if (look.kind === 'free' || this.#replication.replicas === 0) return look;
    return await this.#tryClaim(slot, values);
  }

  async #tryClaim(slot: Slot, values: readonly string[]): Promise<Claim | FreeSlot> {
    const { reply, acknowledgedBy } = await this.#runClaim(this.#keysOf(slot), values);
    const claim = parseClaim(reply);
    if (claim.kind === 'free' || acknowledgedBy >= this.#replication.replicas) return claim;
    // Nobody will execute under this lease. If that cannot be said either, it lapses, and the key is refused.
    if (claim.kind === 'claimed') await this.release(slot, claim.fencingToken).catch(() => false);
    throw this.#tooFew(acknowledgedBy);
  }

  async #runClaim(keys: readonly string[], values: readonly string[]): Promise<ReplicatedReply> {
    if (this.#isOneServer) {
      try {
        return await this.#runReplicated(claimScript, [...keys, this.#counter], values);
      } catch (error) {
        // A cluster behind a proxy looks like one server. A cluster's own client must not be tried so: ioredis would
        // fail every command that it sends together with this one.
        if (!isErrorReply(error, 'CROSSSLOT')) throw error;
        this.#isOneServer = false;
      }
    }
    return await this.#runReplicated(claimScript, keys, values);
  }

  /** Runs a script, and rejects unless enough replicas have what it found or wrote. */
  async #runKept(
    script: RedisScript,
    keys: readonly string[],
    values: readonly (string | Buffer)[],
  ): Promise<unknown> {
    const { reply, acknowledgedBy } = await this.#runReplicated(script, keys, values);
    if (acknowledgedBy < this.#replication.replicas) throw this.#tooFew(acknowledgedBy);
    return reply;
  }

  async #runReplicated(
    script: RedisScript,
    keys: readonly string[],
    values: readonly (string | Buffer)[],
  ): Promise<ReplicatedReply> {
    if (this.#replication.replicas === 0) {
      return { reply: await this.#run(script, keys, values), acknowledgedBy: 0 };
    }
    const input = { keys, values: [this.#now(), ...values] };
    return await this.#connection.runReplicated(script, input, this.#replication);
  }

  #tooFew(acknowledgedBy: number): Error {
    const { replicas, timeoutMs } = this.#replication;
    return new Error(`${acknowledgedBy} of ${replicas} replicas acknowledged within ${timeoutMs} ms`);
  }

  #run(script: RedisScript, keys: readonly string[], values: readonly (string | Buffer)[]): Promise<unknown> {
    return this.#connection.run(script, { keys, values: [this.#now(), ...values] });
  }

  #now(): string {
    return this.#nowMs === undefined ? '' : String(this.#nowMs());
  }

  #keysOf({ scope, key }: Slot): readonly string[] {
    const record = `${this.#prefix}{${scope}:${key}}`;
    return [record, `${record}:answer`];
  }
}

function isYes(reply: unknown): boolean {
  return textOf(reply) === '1';
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
