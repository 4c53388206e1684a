import { randomBytes } from 'node:crypto';
import type { IdempotencyRecord, KeyPolicy } from '@billonce/idempotency/core';
import { rulesOf } from '../domain/command.ts';
import { nextIdBlock, placeAfter } from '../domain/id-block.ts';
import { passedTimeIdsMax } from '../domain/passed-time.ts';
import { factsOf } from '../fault-facts.ts';
import { openAnswer, protectAnswer } from './answer-protection.ts';
import { type BatchMoment, type DecidedRecord, decideBatch } from './decide-batch.ts';
import type { AtRestKeys } from './encryption.ts';
import {
  type LedgerStorage,
  type Loaded,
  type MadeRecord,
  StorageFault,
  type StoredRecord,
} from './storage-port.ts';
import { type FaultCode, type KeyUse, type Outcome, recordName, type Submission } from './submission.ts';
import { wantsOf } from './wants.ts';

/** Carries out a batch: one transaction, and an outcome for each submission once it is on disk. Never rejects. */
export interface BatchExecutor {
  execute(batch: Batch): Promise<readonly Outcome[]>;
}

export interface Batch {
  readonly submissions: readonly Submission[];
  /** the time at which the batch is decided */
  readonly nowMs: number;
}

/** The weight of a batch: a single command counts 1, a bulk its number of items. */
export function itemsOf({ submissions }: Batch): number {
  return submissions.reduce((sum, { command }) => sum + rulesOf(command).weight(command), 0);
}

/** The settings, besides the books, that the outcomes of a batch depend on. Plain data: it crosses to another thread. */
export interface ExecutorOptions {
  readonly policy: KeyPolicy;
  readonly answerTtlMs: number;
  readonly sealedAnswerTtlMs: number;
  readonly bulkItemsMax: number;
  readonly atRestKeys: AtRestKeys;
  /** how many holds that have lapsed one commit records, if not the usual number */
  readonly lapsesPerCommit?: number | undefined;
}

/** The executor on a storage engine: load, decide, save and commit, in one transaction for each batch. */
export class StorageExecutor implements BatchExecutor {
  readonly #storage: LedgerStorage;
  readonly #options: ExecutorOptions;
  readonly #nowMs: (batch: Batch) => number;

  /** @param nowMs the time at which a batch is decided, if that may be long after it was submitted */
  constructor(
    storage: LedgerStorage,
    options: ExecutorOptions,
    nowMs: (batch: Batch) => number = (batch) => batch.nowMs,
  ) {
    this.#storage = storage;
    this.#options = options;
    this.#nowMs = nowMs;
  }

  async execute(batch: Batch): Promise<readonly Outcome[]> {
    try {
      return await this.#commit(batch);
    } catch (error) {
      const fault =
        error instanceof StorageFault ? error : new StorageFault('rejected', factsOf(error), error);
      if (fault.kind === 'rejected' && batch.submissions.length > 1) return await this.#oneByOne(batch);
      return batch.submissions.map(() => faultOutcome(fault));
    }
  }

  /** One bad command must not fail the others: each is tried alone, and only the one at fault fails. */
  async #oneByOne(batch: Batch): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const submission of batch.submissions) {
      outcomes.push(...(await this.execute({ submissions: [submission], nowMs: batch.nowMs })));
    }
    return outcomes;
  }

  async #commit(batch: Batch): Promise<readonly Outcome[]> {
    const { submissions } = batch;
    const nowMs = this.#nowMs(batch);
    let outcomes: readonly Outcome[] = [];
    await this.#storage.commit(wantsOf(submissions, nowMs, this.#options.lapsesPerCommit), (loaded) => {
      const idCount = idsMaxOf(submissions) + idsOfTime(loaded, nowMs);
      const ids = nextIdBlock(loaded.idsReached, nowMs, idCount, randomBytes(5).toString('hex'));
      const moment: BatchMoment = { ...this.#options, nowMs, ids };
      const decided = decideBatch(submissions, loaded, moment, this.#open);
      outcomes = decided.outcomes;
      return {
        tenants: new Map([...decided.drafts].map(([tenant, draft]) => [tenant, draft.changes()])),
        records: decided.records.map((record) => this.#protect(record)),
        ids: { reached: placeAfter(ids, idCount), aheadMs: ids.timeMs - nowMs },
      };
    });
    return outcomes;
  }

  readonly #open = (stored: StoredRecord, submission: Submission, key: KeyUse): IdempotencyRecord => {
    const { fingerprint, firstSeenAtMs, location, answer } = stored;
    const response =
      answer &&
      openAnswer(answer, recordName(submission.tenant, key), {
        sealingKey: key.sealingKey,
        atRest: this.#options.atRestKeys,
      });
    const recorded =
      answer === undefined || response === undefined
        ? ({ kind: 'gone' } as const)
        : ({ kind: 'kept', response, expiresAtMs: answer.expiresAtMs } as const);
    return { fingerprint, firstSeenAtMs, location, answer: recorded };
  };

  #protect({ submission, key, record, response, expiresAtMs }: DecidedRecord): MadeRecord {
    const keys = { sealingKey: key.sealingKey, atRest: this.#options.atRestKeys };
    return {
      tenant: submission.tenant,
      scope: key.scope,
      digest: key.digest,
      fingerprint: key.fingerprint,
      firstSeenAtMs: record.firstSeenAtMs,
      method: key.method,
      path: key.path,
      location: record.location,
      answer: protectAnswer(response, expiresAtMs, recordName(submission.tenant, key), keys),
    };
  }
}

function faultOutcome(fault: StorageFault): Outcome {
  const codes: Record<StorageFault['kind'], FaultCode> = {
    unavailable: 'storage_unavailable',
    outcome_unknown: 'outcome_unknown',
    rejected: 'internal_error',
  };
  return { kind: 'fault', code: codes[fault.kind], facts: fault.facts };
}

/** The most ids that may be needed for what time alone has done. */
function idsOfTime({ tenants }: Loaded, nowMs: number): number {
  return [...tenants.values()].reduce((sum, view) => sum + passedTimeIdsMax(view, nowMs), 0);
}

/** The most ids that the commands may need. */
function idsMaxOf(submissions: readonly Submission[]): number {
  return submissions.reduce((sum, { command }) => {
    const rules = rulesOf(command);
    return sum + rules.idsMax(command) + rules.actsMax(command);
  }, 0);
}
