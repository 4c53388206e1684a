import { type Account, outstandingRequests, type RecordedOn, recordOn } from '../account.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type CountedUse, countUse, unitsOf } from '../counted-use.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { type ItemResult, isGood } from '../item-result.ts';
import { limitLevelsMax, limitsOfWriteMax } from '../limit.ts';
import type { Refusal } from '../refusal.ts';
import type { Service } from '../service.ts';
import { type Entry, isSameUsage, judgeOccurrence, type UsageItem } from '../usage.ts';
import { type Changes, DraftView, noChanges, type View } from '../view.ts';
import { type TenantWants, wantCountedAccount } from '../wants.ts';

/** Who sent usage: limits count by it. */
interface SentByKey {
  /** absent without an API key */
  readonly apiKeyPrefix?: string;
}

export interface RecordUsage extends SentByKey {
  readonly kind: 'record_usage';
  readonly item: UsageItem;
}

/** An item of a bulk: usage, or the fault that the route found in it. */
export type BulkItem =
  | { readonly kind: 'valid'; readonly item: UsageItem }
  | { readonly kind: 'invalid'; readonly message: string };

export interface RecordUsageBulk extends SentByKey {
  readonly kind: 'record_usage_bulk';
  readonly items: readonly BulkItem[];
  /** whether one refused item refuses all items */
  readonly isAtomic: boolean;
}

export type UsageCommand = RecordUsage | RecordUsageBulk;

export interface UsageRecorded {
  readonly kind: 'usage_recorded';
  readonly agent: string;
  readonly serviceId: string;
  /** outstanding requests of the account after it */
  readonly total: number;
  readonly entryId: string;
}

/** The usage id was recorded before. */
export interface UsageKnown extends Omit<UsageRecorded, 'kind'> {
  readonly kind: 'usage_known';
}

export interface UsageBulkRecorded {
  readonly kind: 'usage_bulk_recorded';
  /** of all items, in their order */
  readonly results: readonly ItemResult[];
}

/** Records one use. An item whose id is known is answered while paused, too. */
const recordUsage: CommandRules<RecordUsage, UsageRecorded | UsageKnown> = {
  ...usually,
  isGated: false,
  reads: ({ item }, wants) => readsUsage(item, wants),
  idsMax: () => 1 + limitEventsMax,
  actsMax: () => 0,
  decide: decideUsage,
};

const recordUsageBulk: CommandRules<RecordUsageBulk, UsageBulkRecorded> = {
  ...usually,
  isGated: false,
  reads({ items }, wants) {
    for (const item of items) if (item.kind === 'valid') readsUsage(item.item, wants);
  },
  idsMax: ({ items }) => items.length * (1 + limitEventsMax),
  actsMax: () => 0,
  weight: ({ items }) => items.length,
  decide: decideBulk,
};

export const usageCommands = {
  record_usage: recordUsage,
  record_usage_bulk: recordUsageBulk,
} satisfies RulesOf<UsageCommand>;

function readsUsage({ agent, serviceId, usageId }: UsageItem, wants: TenantWants): void {
  wantCountedAccount(agent, serviceId, wants);
  if (usageId !== undefined) wants.usageIds.add(usageId);
}

/** The result of one item: recorded, already known, or refused. */
type ItemDecision =
  | { readonly kind: 'recorded'; readonly total: number; readonly entryId: string; readonly changes: Changes }
  | { readonly kind: 'duplicate'; readonly total: number; readonly entryId: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

function decideUsage(command: RecordUsage, view: View, moment: Moment): Decision<UsageRecorded | UsageKnown> {
  const { item } = command;
  const ids: ItemIds = { entry: 0, event: numbersFrom(1) };
  const decision = decideItem({ ...item, apiKeyPrefix: command.apiKeyPrefix }, view, moment, ids);
  const { agent, serviceId } = item;
  switch (decision.kind) {
    case 'refused':
      return refused(decision.refusal);
    case 'duplicate':
      return done({
        kind: 'usage_known',
        agent,
        serviceId,
        total: decision.total,
        entryId: decision.entryId,
      });
    case 'recorded':
      return done(
        { kind: 'usage_recorded', agent, serviceId, total: decision.total, entryId: decision.entryId },
        decision.changes,
      );
  }
}

function decideBulk(command: RecordUsageBulk, view: View, moment: Moment): Decision<UsageBulkRecorded> {
  // Each item sees what the items before it did; the view outside sees nothing until the bulk is done.
  const draft = new DraftView(view);
  const results: ItemResult[] = [];
  const event = numbersFrom(command.items.length);
  const { apiKeyPrefix } = command;
  for (const [index, item] of command.items.entries()) {
    const decision = decideBulkItem({ item, apiKeyPrefix }, draft, moment, { entry: index, event });
    if (decision.kind === 'refused' && decision.refusal === moment.gate) return refused(decision.refusal);
    if (decision.kind === 'recorded') draft.apply(decision.changes);
    results.push(itemResult(decision));
  }
  const { bulkItemsMax } = moment;
  if (results.length > bulkItemsMax && results.some(({ kind }) => kind === 'recorded')) {
    const message = `a bulk may have at most ${bulkItemsMax} items, and this one has ${results.length}`;
    return refused({ code: 'too_many_items', message });
  }
  if (command.isAtomic && !results.every(isGood)) return refused(bulkRejected(results));
  return {
    kind: 'done',
    fact: { kind: 'usage_bulk_recorded', results },
    changes: draft.changes(),
    // A bulk in which every item was refused leaves its key free, so that it can be fixed and sent again.
    remembered: results.some(isGood),
  };
}

type BulkItemDecision = ItemDecision | { readonly kind: 'invalid'; readonly message: string };

function decideBulkItem(
  { item, apiKeyPrefix }: { readonly item: BulkItem; readonly apiKeyPrefix: string | undefined },
  view: View,
  moment: Moment,
  ids: ItemIds,
): BulkItemDecision {
  if (item.kind === 'invalid') return item;
  return decideItem({ ...item.item, apiKeyPrefix }, view, moment, ids);
}

/** The numbers of new ids: of the entry, and of the events that come with it. */
interface ItemIds {
  readonly entry: number;
  readonly event: () => number;
}

function numbersFrom(first: number): () => number {
  let next = first;
  return () => next++;
}

/** Each of the limits that may apply to an item may reach all of its levels. */
const limitEventsMax = limitsOfWriteMax * limitLevelsMax;

function itemResult(decision: BulkItemDecision): ItemResult {
  switch (decision.kind) {
    case 'recorded':
    case 'duplicate':
      return { kind: decision.kind, total: decision.total };
    case 'refused':
      return { kind: 'refused', code: decision.refusal.code, message: decision.refusal.message };
    case 'invalid':
      return { kind: 'invalid', message: decision.message };
  }
}

/** First the id of the item, then everything that depends on time, configuration or state. */
function decideItem(
  { apiKeyPrefix, ...item }: UsageItem & { readonly apiKeyPrefix: string | undefined },
  view: View,
  moment: Moment,
  ids: ItemIds,
): ItemDecision {
  const account = view.account(item.agent, item.serviceId);
  const known = item.usageId === undefined ? undefined : view.usage(item.usageId);
  if (known !== undefined) {
    if (!isSameUsage(known.item, item)) return { kind: 'refused', refusal: usageIdConflict };
    return { kind: 'duplicate', total: outstandingRequests(account), entryId: known.entryId };
  }
  if (moment.gate !== undefined) return { kind: 'refused', refusal: moment.gate };
  const occurrence = judgeOccurrence(item.occurredAtNs, moment.nowMs);
  if (occurrence !== 'accepted') return { kind: 'refused', refusal: occurrenceRefusals[occurrence] };
  const service = view.service(item.serviceId);
  const refusal = serviceRefusal(service);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const recorded = recordOn(account, service, item.requests);
  if (recorded === undefined) return { kind: 'refused', refusal: limitExceeded };
  const use = {
    agent: item.agent,
    serviceId: item.serviceId,
    apiKeyPrefix,
    quantity: unitsOf(item.requests),
  };
  const counted = countUse(use, view, moment.nowMs, () => moment.id(ids.event()));
  if (counted.kind === 'refused') return counted;
  return recordedItem(item, recorded, counted, moment.id(ids.entry), moment.nowMs);
}

function serviceRefusal(service: Service | undefined): Refusal | undefined {
  if (service?.deleted === true) return serviceDeleted(service.serviceId);
  return service?.disabled === true ? serviceDisabled(service.serviceId) : undefined;
}

/** Why usage would not be recorded on an account, apart from its limits. */
export function recordingRefusal(
  account: Account,
  service: Service | undefined,
  requests: number,
): Refusal | undefined {
  const refusal = serviceRefusal(service);
  if (refusal !== undefined) return refusal;
  return recordOn(account, service, requests) === undefined ? limitExceeded : undefined;
}

function recordedItem(
  item: UsageItem,
  recorded: RecordedOn,
  { counters, events }: CountedUse & { readonly kind: 'counted' },
  id: string,
  nowMs: number,
): ItemDecision {
  const total = outstandingRequests(recorded.account);
  const entry: Entry = {
    ...item,
    id,
    sequence: recorded.account.sequence,
    priceVersion: recorded.line.priceVersion,
    lineRequests: recorded.line.recordedRequests,
    outstandingAfter: total,
    recordedAtMs: nowMs,
  };
  return {
    kind: 'recorded',
    total,
    entryId: id,
    changes: {
      ...noChanges,
      entries: [entry],
      accounts: [recorded.account],
      limitCounters: counters,
      events,
    },
  };
}

function bulkRejected(results: readonly ItemResult[]): Refusal {
  const count = results.filter((result) => !isGood(result)).length;
  const message = `${count} of ${results.length} items were refused, so nothing was applied`;
  return { code: 'bulk_rejected', message, results };
}

const usageIdConflict: Refusal = {
  code: 'usage_id_conflict',
  message: 'this usage id was recorded with another agent, service, number of requests or time of occurrence',
};

function serviceDisabled(serviceId: string): Refusal {
  return { code: 'service_disabled', message: `service ${serviceId} is disabled: its usage is not recorded` };
}

function serviceDeleted(serviceId: string): Refusal {
  const message = `service ${serviceId} was deleted: its usage is recorded only after it is registered again`;
  return { code: 'service_deleted', message };
}

const limitExceeded: Refusal = {
  code: 'limit_exceeded',
  message: 'the account would exceed 2^53-1 requests or 2^63-1 stroops',
};

const occurrenceRefusals = {
  event_too_old: { code: 'event_too_old', message: 'occurredAt is more than 34 days ago' },
  event_in_future: { code: 'event_in_future', message: 'occurredAt is more than 5 minutes ahead' },
} as const satisfies Record<string, Refusal>;
