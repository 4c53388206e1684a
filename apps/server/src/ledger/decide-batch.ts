import {
  decideByRecord,
  type IdempotencyRecord,
  judgeKeyAge,
  type KeptResponse,
  type KeyPolicy,
} from '@billonce/idempotency/core';
import { answerOf } from '../answers/answers.ts';
import { quoteTag } from '../answers/quotes.ts';
import { type Answer, keptResponse } from '../answers/reply.ts';
import { goodItemsOf } from '../answers/usage.ts';
import { type Act, serverActor } from '../domain/act.ts';
import { actsOf } from '../domain/acts-of.ts';
import { type Command, rulesOf } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { countAnnounced } from '../domain/delivery.ts';
import { type IdBlock, idsIn } from '../domain/id-block.ts';
import { LoadedView } from '../domain/loaded-view.ts';
import { withAnnouncements } from '../domain/outbox.ts';
import { passedTime } from '../domain/passed-time.ts';
import { servicePaused } from '../domain/pause.ts';
import type { Refusal } from '../domain/refusal.ts';
import { sparedByIds, sparedByReplay } from '../domain/spared.ts';
import { adminTenant } from '../domain/tenant.ts';
import { type Changes, DraftView, type View } from '../domain/view.ts';
import { noWants } from '../domain/wants.ts';
import { agentsWithMoreDue, concernsAny } from './lapsing-agents.ts';
import type { Loaded, StoredRecord } from './storage-port.ts';
import { type KeyUse, type Outcome, type Remembered, recordName, type Submission } from './submission.ts';

/** The facts with which a batch is decided, besides those that were loaded. */
export interface BatchMoment {
  readonly nowMs: number;
  readonly ids: IdBlock;
  readonly policy: KeyPolicy;
  /** how long an answer is kept, in milliseconds: those that show a secret, and all others */
  readonly answerTtlMs: number;
  readonly sealedAnswerTtlMs: number;
  /** as configured: a setting of the operator takes precedence */
  readonly bulkItemsMax: number;
}

/** A record as a batch made it, before its answer is protected. */
export interface DecidedRecord {
  readonly submission: Submission;
  readonly key: KeyUse;
  readonly record: IdempotencyRecord;
  readonly response: KeptResponse;
  readonly expiresAtMs: number;
}

/** The outcome of each submission, and its changes. */
export interface DecidedBatch {
  readonly outcomes: readonly Outcome[];
  readonly drafts: ReadonlyMap<string, DraftView>;
  readonly records: readonly DecidedRecord[];
}

/** Opens a stored record for the current caller. */
export type OpenRecord = (stored: StoredRecord, submission: Submission, key: KeyUse) => IdempotencyRecord;

/**
 * Decides the submissions of a batch in their order. Each sees the effects of those before it; a known key is answered
 * from its record, even if that was made in the same batch. Pure, like `decide`.
 */
export function decideBatch(
  submissions: readonly Submission[],
  loaded: Loaded,
  moment: BatchMoment,
  open: OpenRecord,
): DecidedBatch {
  const drafts = new Map<string, DraftView>();
  const made = new Map<string, DecidedRecord>();
  let idNumber = 0;
  const idOf = idsIn(moment.ids);
  const nextId = () => idOf(idNumber++);
  let isChanged = false;
  let { pause, settings } = loaded;
  const lapsing = agentsWithMoreDue(loaded.tenants);
  const outcomes = submissions.map((submission) => {
    const { key, tenant, command } = submission;
    const name = key === undefined ? undefined : recordName(tenant, key);
    if (key !== undefined && name !== undefined) {
      const stored = loaded.records.get(name);
      const record = madeFor(key, made.get(name)) ?? (stored && open(stored, submission, key));
      const known = answerFromRecord(record, key, moment.nowMs);
      if (known !== undefined) return withSpared(known, command, loaded.tenants.get(tenant));
    }
    const draft = draftOf(tenant, drafts, loaded, moment.nowMs, nextId);
    if (concernsAny(lapsing.get(tenant), command, draft)) {
      // The batch is committed: it records some of the lapses.
      isChanged = true;
      return waitsForLapses;
    }
    const firstId = idNumber;
    const rules = rulesOf(command);
    const firstActId = firstId + rules.idsMax(command);
    idNumber = firstActId + rules.actsMax(command);
    const decision = decide(command, draft, {
      nowMs: moment.nowMs,
      id: (number) => idOf(firstId + number),
      gate:
        ageRefusal(key, moment, loaded.forgottenBeforeMs) ??
        (isPausable(tenant) && pause.isPaused ? servicePaused : undefined),
      bulkItemsMax: settings.bulkItemsMax ?? moment.bulkItemsMax,
      markOf: quoteTag,
    });
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'heavier') return tooHeavy(decision.touched);
    const acts = actsOfSubmission(submission, draft, decision, {
      atMs: moment.nowMs,
      id: (number) => idOf(firstActId + number),
    });
    draft.apply({ ...decision.changes, acts });
    isChanged ||= decision.remembered || command.kind === 'pass_time';
    pause = decision.changes.pauses.at(-1) ?? pause;
    settings = decision.changes.settings.at(-1) ?? settings;
    const { fact } = decision;
    const answer = answerOf(fact);
    const response = keptResponse(answer);
    let remembered: Remembered | undefined;
    if (key !== undefined && name !== undefined && decision.remembered) {
      const record = decidedRecord(submission, key, answer, response, moment);
      made.set(name, record);
      remembered = rememberedOf(record, draft);
    }
    const spared = sparedByIds(command, fact, (serviceId) => draft.service(serviceId));
    const deliveriesPerEvent = deliveriesPerEventOf(decision.changes);
    const lines = linesBesidesOne(decision.changes);
    const isSwitchedOff = fact.kind === 'delivery_reported' && fact.isSwitchedOff;
    return {
      kind: 'answered',
      response,
      replayed: false,
      spared,
      deliveriesPerEvent,
      usageRecorded: usageRecordedBy(decision.changes),
      lines,
      isSwitchedOff,
      remembered,
    } as const;
  });
  // Lapses and expiries can be recorded later with the same result, so they are no reason to commit a batch of replays
  // and refusals.
  return { outcomes, drafts: isChanged ? drafts : new Map(), records: [...made.values()] };
}

/**
 * The facts that a replay from memory needs. For a bulk, the spared usage is read from its answer, and only the writer
 * does that.
 */
function rememberedOf({ submission, key, expiresAtMs }: DecidedRecord, view: View): Remembered {
  const { command } = submission;
  const isReplayable = key.sealingKey === undefined && command.kind !== 'record_usage_bulk';
  const spared = isReplayable
    ? sparedByReplay(
        command,
        () => new Set(),
        (serviceId) => view.service(serviceId),
      )
    : undefined;
  return { expiresAtMs, isReplayable, spared };
}

/** The rows of the audit log for a command's effects. */
function actsOfSubmission(
  { tenant, command, actor = serverActor }: Submission,
  before: View,
  { changes }: Decision & { readonly kind: 'done' },
  { atMs, id }: { readonly atMs: number; readonly id: (number: number) => string },
): readonly Act[] {
  if (rulesOf(command).actsMax(command) === 0) return [];
  return actsOf(tenant, before, changes).map((facts, number) => ({ ...facts, id: id(number), atMs, actor }));
}

/** Lines of accounts, not counting the one that every account has. */
function linesBesidesOne({ accounts }: Changes): number {
  return accounts.reduce((sum, { lines }) => sum + Math.max(0, lines.length - 1), 0);
}

/** Entries of usage; those of reversals and of write-offs record none. */
function usageRecordedBy({ entries }: Changes): number | undefined {
  if (entries.length === 0) return undefined;
  return entries.filter(({ reversal, writeOff }) => reversal === undefined && writeOff === undefined).length;
}

function deliveriesPerEventOf(changes: Changes): number | undefined {
  const { entries, settlements, events, deliveries, announcements } = changes;
  const eventCount = entries.length + settlements.length + events.length;
  return eventCount === 0 ? undefined : (deliveries.length + countAnnounced(announcements)) / eventCount;
}

function tooHeavy(touched: number): Outcome {
  const message = `the command touches ${touched} accounts or entries, more than it was weighed with`;
  return { kind: 'fault', code: 'overloaded', facts: { message }, touched };
}

const waitsForLapses: Outcome = {
  kind: 'fault',
  code: 'overloaded',
  facts: { message: 'more holds of the agent have lapsed than one commit records' },
  waitsForLapses: true,
};

function withSpared(known: Outcome, command: Command, view: View | undefined): Outcome {
  if (known.kind !== 'answered') return known;
  const goodItems = () => goodItemsOf(known.response.body);
  const spared = sparedByReplay(command, goodItems, (serviceId) => view?.service(serviceId));
  return { ...known, spared };
}

/** The operator's commands also run while paused: above all, to unpause. */
function isPausable(tenant: string): boolean {
  return tenant !== adminTenant;
}

/**
 * A record of this batch, as the current caller may see it: a sealed answer opens for a caller that presents the same
 * key.
 */
function madeFor(key: KeyUse, made: DecidedRecord | undefined): IdempotencyRecord | undefined {
  if (made === undefined || made.key.sealingKey === key.sealingKey) return made?.record;
  return { ...made.record, answer: { kind: 'gone' } };
}

/** What a tenant's commands see and change; before the first of them, what time alone has done. */
function draftOf(
  tenant: string,
  drafts: Map<string, DraftView>,
  loaded: Loaded,
  nowMs: number,
  nextId: () => string,
): DraftView {
  let draft = drafts.get(tenant);
  if (draft === undefined) {
    draft = new DraftView(
      loaded.tenants.get(tenant) ?? new LoadedView(noWants(), nowMs, loaded.pause, loaded.settings),
    );
    drafts.set(tenant, draft);
    draft.apply(withAnnouncements(passedTime(draft, nowMs, nextId), draft.webhooks(), nowMs));
  }
  return draft;
}

function answerFromRecord(
  record: IdempotencyRecord | undefined,
  key: KeyUse,
  nowMs: number,
): Outcome | undefined {
  const decision = decideByRecord(record, key.fingerprint, nowMs);
  switch (decision.kind) {
    case 'execute':
      return undefined;
    case 'replay':
      return { kind: 'answered', response: decision.response, replayed: true };
    case 'conflict':
      return {
        kind: 'refused',
        refusal: {
          code: 'idempotency_conflict',
          message: 'the Idempotency-Key was used with another body or route',
        },
      };
    case 'expired':
      return { kind: 'refused', refusal: expired(decision.firstSeenAtMs, decision.location) };
  }
}

const keyTooOld: Refusal = {
  code: 'idempotency_key_expired',
  message:
    'this Idempotency-Key is older than the retention of keys; the server cannot know whether it was used',
  firstSeenAtMs: undefined,
  location: undefined,
};

/** The retention may have been shorter when old records were forgotten, so the books say from when on records are known. */
function ageRefusal(
  key: KeyUse | undefined,
  moment: BatchMoment,
  forgottenBeforeMs: number,
): Refusal | undefined {
  if (key?.madeAtMs !== undefined && key.madeAtMs < forgottenBeforeMs) return keyTooOld;
  const age = judgeKeyAge(key?.madeAtMs, moment.nowMs, moment.policy);
  switch (age.kind) {
    case 'fresh':
      return undefined;
    case 'too_old':
      return keyTooOld;
    case 'in_future':
      return {
        code: 'idempotency_key_in_future',
        message: 'the time in the Idempotency-Key is more than 5 minutes ahead of this server',
        serverTimeMs: moment.nowMs,
      };
  }
}

function expired(firstSeenAtMs: number, location: string | undefined): Refusal {
  return {
    code: 'idempotency_key_expired',
    message: 'the answer of this Idempotency-Key is no longer kept; the operation was not executed again',
    firstSeenAtMs,
    location,
  };
}

function decidedRecord(
  submission: Submission,
  key: KeyUse,
  { location }: Answer,
  response: KeptResponse,
  moment: BatchMoment,
): DecidedRecord {
  const ttlMs = key.sealingKey === undefined ? moment.answerTtlMs : moment.sealedAnswerTtlMs;
  const expiresAtMs = moment.nowMs + ttlMs;
  return {
    submission,
    key,
    record: {
      fingerprint: key.fingerprint,
      firstSeenAtMs: moment.nowMs,
      location,
      answer: { kind: 'kept', response, expiresAtMs },
    },
    response,
    expiresAtMs,
  };
}
