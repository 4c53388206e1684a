import { isForgotten } from '../../core/lease-decision.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../../core/store.ts';
import { isClaimable, parseLook } from './record-row.ts';
import {
  type CloudflareRow,
  type CloudflareStatement,
  type CloudflareValue,
  ddlStatements,
  type Statements,
  statements,
} from './statements.ts';

/** Runs statements as one transaction, and returns the rows of each. */
export type RunTransaction = (
  transaction: readonly CloudflareStatement[],
) => PromiseLike<readonly (readonly CloudflareRow[])[]>;

/** What a sweep removed. */
export interface Swept {
  /** answers that have expired: their keys are refused from now on */
  readonly expired: number;
  /** keys whose retention is over: they are unknown again */
  readonly forgotten: number;
}

const rowsPerStep = 500;
/** A row of D1 or of a Durable Object holds 2,000,000 bytes. The rest is for digests, times and the location. */
const answerAndLocationBytesMax = 1_900_000;

/** The records of a store in SQLite on Cloudflare, each verb in one transaction and one round trip. */
export class CloudflareRecords implements IdempotencyStore {
  readonly #run: RunTransaction;
  readonly #prefix: string;
  readonly #statements: Statements;
  readonly #nowMs: () => number | null;

  constructor(run: RunTransaction, prefix: string, nowMs: (() => number) | undefined) {
    this.#run = run;
    this.#prefix = prefix;
    this.#statements = statements(prefix);
    this.#nowMs = nowMs ?? (() => null);
  }

  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    const { take, useToken, look } = this.#statements;
    const { scope, key } = slot;
    const { fingerprint, retentionMs, leaseMs, takeOver = null } = request;
    const claimId = crypto.randomUUID();
    const now = this.#nowMs();
    const [, , looked] = await this.#transaction([
      { sql: take, values: [now, scope, key, fingerprint, retentionMs, leaseMs, claimId, takeOver] },
      { sql: useToken, values: [scope, key, scope, key] },
      { sql: look, values: [now, scope, key] },
    ]);
    const found = parseLook(looked);
    const { nowMs, record } = found;
    if (record?.kind === 'leased' && found.claimId === claimId) {
      return { kind: 'claimed', fencingToken: record.fencingToken, nowMs };
    }
    // From 2^53 on a number is not exact: the same token would be issued again and again.
    if (found.lastToken >= Number.MAX_SAFE_INTEGER && isClaimable(found, request)) {
      throw new RangeError('the fencing tokens are used up');
    }
    if (record === undefined) throw new Error('the slot was neither taken nor found');
    return { kind: 'found', record, nowMs };
  }

  async renew(slot: Slot, fencingToken: number, leaseMs: number): Promise<boolean> {
    const values = [this.#nowMs(), leaseMs, slot.scope, slot.key, fencingToken];
    return (await this.#rows(this.#statements.renew, values)).length > 0;
  }

  async complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    const { complete, isCompleted } = this.#statements;
    const { answerTtlMs, location = null } = completion;
    const { answer, isBase64 } = columnsOf(completion);
    const held = [slot.scope, slot.key, fencingToken];
    const ttlMs = answer === null ? null : answerTtlMs;
    const [, ended] = await this.#transaction([
      { sql: complete, values: [location, answer, isBase64, this.#nowMs(), ttlMs, ...held] },
      { sql: isCompleted, values: held },
    ]);
    return ended !== undefined && ended.length > 0;
  }

  async release(slot: Slot, fencingToken: number): Promise<boolean> {
    return (await this.#rows(this.#statements.release, [slot.scope, slot.key, fencingToken])).length > 0;
  }

  async inspect(slot: Slot) {
    const values = [this.#nowMs(), slot.scope, slot.key];
    const { record, forgetAtMs, nowMs } = parseLook(await this.#rows(this.#statements.look, values));
    if (record === undefined || isForgotten(record, forgetAtMs, nowMs)) return undefined;
    return { record, nowMs };
  }

  /** Creates missing tables. */
  async migrate(): Promise<void> {
    await this.#run(ddlStatements(this.#prefix).map((sql) => ({ sql, values: [] })));
  }

  /** Removes expired answers and keys whose retention is over, in steps of at most 500 rows. */
  async sweep({ nowMs = this.#nowMs() }: { readonly nowMs?: number | null } = {}): Promise<Swept> {
    return {
      expired: await this.#inSteps(this.#statements.dropExpired, [nowMs]),
      forgotten: await this.#inSteps(this.#statements.forget, [nowMs, nowMs]),
    };
  }

  async #inSteps(sql: string, values: readonly CloudflareValue[]): Promise<number> {
    let removed = 0;
    for (;;) {
      const { length } = await this.#rows(sql, [...values, rowsPerStep]);
      removed += length;
      if (length < rowsPerStep) return removed;
    }
  }

  async #rows(sql: string, values: readonly CloudflareValue[]): Promise<readonly CloudflareRow[]> {
    return (await this.#transaction([{ sql, values }]))[0] ?? [];
  }

  /** Tables are created only after a statement found them missing: a Worker starts too often to check first. */
  async #transaction(transaction: readonly CloudflareStatement[]) {
    try {
      return await this.#run(transaction);
    } catch (error) {
      if (!String(error).includes(`no such table: ${this.#prefix}`)) throw error;
    }
    await this.migrate();
    return await this.#run(transaction);
  }
}

/** An answer too large for a row becomes a tombstone: its key is refused, not executed again. */
function columnsOf({ answer, location = '' }: Completion) {
  if (answer === undefined) return { answer: null, isBase64: null };
  // SQLite and JSON disagree on a text with a zero character in it, and on half a surrogate pair.
  const isText = typeof answer === 'string' && answer.isWellFormed() && !answer.includes('\0');
  const text = isText ? answer : Buffer.from(answer).toString('base64');
  const bytes = Buffer.byteLength(text) + Buffer.byteLength(location);
  if (bytes > answerAndLocationBytesMax) return { answer: null, isBase64: null };
  return { answer: text, isBase64: isText ? 0 : 1 };
}
