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

/** How often a claim draws a token while others take and release the slot in between. */
const drawsMax = 10;

/** The records of a store, over any connection to the server. */
export class RecordsInRedis implements IdempotencyStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #counter: string;
  readonly #replication: Replication;
  readonly #nowMs: (() => number) | undefined;
  readonly #eviction: EvictionCheck;
  /** whether a script may touch a record and the token counter together */
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

  // If a fail-over loses a release, the lease lapses and the key is refused: too strict, but safe.
  async release(slot: Slot, fencingToken: number): Promise<boolean> {
    return isYes(await this.#run(releaseScript, this.#keysOf(slot), [String(fencingToken)]));
  }

  async inspect(slot: Slot): Promise<FoundRecord | undefined> {
    const reply = await this.#runKept(inspectScript, this.#keysOf(slot), []);
    return reply === null ? undefined : parseFound(reply);
  }

  /**
   * On a cluster the token counter is in another slot than most records, so no script can touch both. A claim first
   * looks (an existing record costs one round trip and no token), then draws a token, then claims. In between, others
   * may claim the slot with a later token and even release it. The earlier token must then be refused, otherwise the
   * later of two holders would have the smaller token. So the claim script accepts a token only if it is greater than
   * that of the record. If there is no record, the mark that the look left must still be there: a claim overwrites the
   * mark, and a later look leaves another one. On one server a single script does all of it.
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

  /**
   * Looks at a slot. A free slot promises nothing, so it needs no replica. A found record is read again, and the
   * replicas must acknowledge it.
   */
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
    if (claim.kind === 'claimed') await this.#giveUp(slot, claim.fencingToken, values[4] !== '');
    throw this.#tooFew(acknowledgedBy);
  }

  /**
   * Gives up a lease under which nothing will be executed. A record that was taken over stays abandoned: after a
   * release it would be executed again. If this fails too, the lease lapses and the key is refused.
   */
  async #giveUp(slot: Slot, fencingToken: number, isTakenOver: boolean): Promise<void> {
    const values = [String(fencingToken), '0'];
    const given = isTakenOver
      ? this.#run(renewScript, this.#keysOf(slot), values)
      : this.release(slot, fencingToken);
    await given.catch(() => undefined);
  }

  async #runClaim(keys: readonly string[], values: readonly string[]): Promise<ReplicatedReply> {
    if (this.#isOneServer) {
      try {
        return await this.#runReplicated(claimScript, [...keys, this.#counter], values);
      } catch (error) {
        // A cluster that is reached through a proxy looks like one server. Do not try this with a cluster client:
        // ioredis would fail every command that it sends together with this one.
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
