import type { KeptResponse } from '@billonce/idempotency/core';
import type { SparedUsage } from '../domain/spared.ts';
import { Generations } from './generations.ts';
import { type Given, LocalScopes, type ScopeTally } from './scope-tally.ts';
import { type Outcome, recordName, type Submission } from './submission.ts';

/** How many answers a scope keeps, and how many bytes of them. */
interface ReplayCap {
  readonly answersMax: number;
  readonly bytesMax: number;
}

/** The bytes of answers in each of the two generations: some 20,000 answers of single commands. */
const generationBytesMax = 16 * 1_024 ** 2;
/** The approximate size of an answer without its body. */
const besidesBodyBytes = 600;
/** A larger answer is not kept: few are, and the storage has it. */
const bodyBytesMax = 16_384;
/**
 * More than encryption at rest adds to a body, so that by bytes an answer is evicted here no later than in the storage.
 */
const protectionBytesMax = 64;

interface Kept {
  readonly fingerprint: string;
  readonly response: KeptResponse;
  readonly expiresAtMs: number;
  readonly spared: SparedUsage | undefined;
  readonly scope: string;
  readonly givenBefore: Given;
}

type Answered = Outcome & { readonly kind: 'answered' };

/**
 * The answers of records that this process committed a short time ago. A retry is answered from here without the writer
 * (docs/adr/0080). Anything uncertain is left to the writer: an unknown key, another fingerprint, an answer that has
 * expired or is beyond the cap of its scope, or a sealed answer.
 *
 * Only for a storage that no other process writes to. A record never changes once it is committed, and only outcomes of
 * committed batches come here.
 */
export class RecentReplays {
  readonly #cap: ReplayCap;
  readonly #kept = new Generations<Kept>(
    generationBytesMax,
    ({ response }) => besidesBodyBytes + response.body.length,
  );
  readonly #scopes: ScopeTally;
  /** that of the counts with which the answers are kept */
  #generation: number;

  /** @param scopes shared by all that are given answers by the same writer */
  constructor(cap: ReplayCap, scopes: ScopeTally = new LocalScopes()) {
    this.#cap = cap;
    this.#scopes = scopes;
    this.#generation = scopes.generation;
  }

  /** The replay for a submission, if it is certain. */
  find({ tenant, key }: Submission, nowMs: number): Answered | undefined {
    if (key === undefined || key.sealingKey !== undefined) return undefined;
    this.#follow();
    const kept = this.#kept.get(recordName(tenant, key));
    if (kept === undefined || kept.fingerprint !== key.fingerprint) return undefined;
    if (nowMs >= kept.expiresAtMs || this.#isEvicted(kept)) return undefined;
    const { response, spared } = kept;
    return { kind: 'answered', response, replayed: true, spared };
  }

  /** Takes in the outcome of a submission. */
  note(submission: Submission, outcome: Outcome): void {
    if (outcome.kind === 'fault') this.#noteFault(outcome.code);
    if (outcome.kind !== 'answered' || outcome.remembered === undefined) return;
    const { tenant, key } = submission;
    if (key === undefined) return;
    const { response, remembered } = outcome;
    const scope = `${tenant} ${key.scope}`;
    const givenBefore = this.#scopes.given(scope);
    const bytes = Buffer.byteLength(response.body);
    this.#scopes.add(scope, bytes + protectionBytesMax);
    if (this.#follow()) return;
    if (remembered.isReplayable && bytes <= bodyBytesMax) {
      const { fingerprint } = key;
      const { expiresAtMs, spared } = remembered;
      this.#kept.set(recordName(tenant, key), {
        fingerprint,
        response,
        expiresAtMs,
        spared,
        scope,
        givenBefore,
      });
    }
  }

  /** A batch whose outcome is unknown may have given answers that are not counted here. */
  #noteFault(code: (Outcome & { kind: 'fault' })['code']): void {
    if (code !== 'outcome_unknown') return;
    this.#scopes.forgetAll();
    this.#follow();
  }

  /** Forgets everything if its counts are no longer certain; returns whether it did. */
  #follow(): boolean {
    const { generation } = this.#scopes;
    if (generation === this.#generation) return false;
    this.#generation = generation;
    this.#kept.forgetAll();
    return true;
  }

  /** This counts as the storage does: an answer is evicted once its scope was given more later answers than the cap. */
  #isEvicted({ scope, givenBefore }: Kept): boolean {
    const given = this.#scopes.given(scope);
    return (
      given.answers - givenBefore.answers > this.#cap.answersMax ||
      given.bytes - givenBefore.bytes > this.#cap.bytesMax
    );
  }
}
