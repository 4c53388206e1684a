import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../../core/store.ts';
import { isErrorReply, type RedisConnection, type ReplicatedReply, type Replication } from './connection.ts';
import { EvictionCheck, type OnEviction } from './eviction.ts';
import { type FoundRecord, type FreeSlot, parseClaim, parseFound, textOf } from './replies.ts';
import {
  claimScript,
  completeScript,
  drawScript,
  inspectScript,
  type RedisScript,
  releaseScript,
  renewScript,
} from './scripts.ts';

/** How often a claim draws a token, while others take the slot and give it up again in between. */
const drawsMax = 10;

/** The records of a store, through whatever reaches the server. */
export class RecordsInRedis implements IdempotencyStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #counter: string;
  readonly #replication: Replication;
  readonly #nowMs: (() => number) | undefined;
  readonly #eviction: EvictionCheck;
  /** whether a script may touch a record and the counter of the tokens at once */
  #isOneServer: boolean;

  constructor(
    connection: RedisConnection,
    prefix: string,
    nowMs: (() => number) | undefined,
    replication: Replication = { replicas: 0, timeoutMs: 0 },
    onEviction: OnEviction = 'ignore',
  ) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#counter = `${prefix}fencing-token`;
    this.#replication = replication;
    this.#nowMs = nowMs;
    this.#isOneServer = !connection.isCluster;
    this.#eviction = new EvictionCheck(onEviction, (script) => this.#run(script, [this.#counter], []));
  }

  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    const { fingerprint, leaseMs, retentionMs, takeOver } = request;
    const claimId = crypto.randomUUID();
    const asked = [claimId, fingerprint, leaseMs, retentionMs, takeOver ?? ''].map(String);
    try {
      await this.#eviction.demand();
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
    const { runReplicated } = this.#connection;
    if (this.#replication.replicas === 0 || runReplicated === undefined) {
      return { reply: await this.#run(script, keys, values), acknowledgedBy: 0 };
    }
    const input = { keys, values: [this.#now(), ...values] };
    return await runReplicated(script, input, this.#replication);
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
