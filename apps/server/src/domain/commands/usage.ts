import { accountFor, outstandingRequests } from '../account.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { type ItemResult, isGood } from '../item-result.ts';
import { partsUsed } from '../quantity.ts';
import {
  type PaidFromBalance,
  type RecordedUsage,
  type RecordingMoment,
  recordedUsage,
  usageEventsMax,
} from '../recorded-usage.ts';
import type { Refusal } from '../refusal.ts';
import { isSameUsage, type SentUsage, type UsageItem } from '../usage.ts';
import { DraftView, type View } from '../view.ts';
import { type TenantWants, wantBilling, wantCountedAccount } from '../wants.ts';

/** Who sent usage: limits count by it. */
export interface SentByKey {
  /** absent without an API key */
  readonly apiKeyPrefix?: string;
}

export interface RecordUsage extends SentByKey {
  readonly kind: 'record_usage';
  readonly item: SentUsage;
}

/** An item of a bulk: usage, or the fault that the route found in it. */
export type BulkItem =
  | { readonly kind: 'valid'; readonly item: SentUsage }
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
  /** decimal places of the units that it counts */
  readonly unitScale: number;
  readonly entryId: string;
  /** `undefined`: nothing was drawn from a balance */
  readonly paid?: PaidFromBalance | undefined;
}

/** The usage id was recorded before. */
export interface UsageKnown extends Omit<UsageRecorded, 'kind' | 'paid'> {
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
  idsMax: () => 1 + usageEventsMax,
  actsMax: () => 0,
  decide: decideUsage,
};

const recordUsageBulk: CommandRules<RecordUsageBulk, UsageBulkRecorded> = {
  ...usually,
  isGated: false,
  reads({ items }, wants) {
    for (const item of items) if (item.kind === 'valid') readsUsage(item.item, wants);
  },
  idsMax: ({ items }) => items.length * (1 + usageEventsMax),
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
  wantBilling(agent, 'if_used', wants);
  if (usageId !== undefined) wants.usageIds.add(usageId);
}

/** The result of one item: recorded, already known, or refused. */
type ItemDecision =
  | RecordedUsage
  | {
      readonly kind: 'duplicate';
      readonly total: number;
      readonly unitScale: number;
      readonly entryId: string;
    };

/** The place of an item among those of its command, and how many they are. */
interface ItemPlace {
  readonly index: number;
  readonly items: number;
}

/** When an item is recorded, with its ids: those of entries come first, in the order of the items. */
function momentOf(moment: Moment, { index, items }: ItemPlace): RecordingMoment {
  let events = items + index * usageEventsMax;
  return { nowMs: moment.nowMs, entryId: moment.id(index), nextId: () => moment.id(events++) };
}

function decideUsage(command: RecordUsage, view: View, moment: Moment): Decision<UsageRecorded | UsageKnown> {
  const { item } = command;
  const decision = decideItem(item, command, view, moment, { index: 0, items: 1 });
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
        unitScale: decision.unitScale,
        entryId: decision.entryId,
      });
    case 'recorded':
      return done(
        {
          kind: 'usage_recorded',
          agent,
          serviceId,
          total: decision.total,
          unitScale: decision.unitScale,
          entryId: decision.entryId,
          paid: decision.paid,
        },
        decision.changes,
      );
  }
}

function decideBulk(command: RecordUsageBulk, view: View, moment: Moment): Decision<UsageBulkRecorded> {
  // Each item sees the effects of the items before it; the outer view does not change until the bulk is done.
  const draft = new DraftView(view);
  const results: ItemResult[] = [];
  for (const [index, item] of command.items.entries()) {
    const place = { index, items: command.items.length };
    const decision = item.kind === 'invalid' ? item : decideItem(item.item, command, draft, moment, place);
    if (decision.kind === 'refused' && decision.refusal === moment.gate) return refused(decision.refusal);
    if (decision.kind === 'recorded') draft.applyUsage(decision.changes);
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

function itemResult(decision: BulkItemDecision): ItemResult {
  switch (decision.kind) {
    case 'recorded':
    case 'duplicate':
      return { kind: decision.kind, total: decision.total, unitScale: decision.unitScale };
    case 'refused':
      return { kind: 'refused', code: decision.refusal.code, message: decision.refusal.message };
    case 'invalid':
      return { kind: 'invalid', message: decision.message };
  }
}

/** First the id of the item, then everything that depends on time, configuration or state. */
function decideItem(
  sent: SentUsage,
  { apiKeyPrefix }: SentByKey,
  view: View,
  moment: Moment,
  place: ItemPlace,
): ItemDecision {
  const { agent, serviceId } = sent;
  const account = view.account(agent, serviceId);
  const { unitScale } = accountFor(account, view.service(serviceId));
  const used = partsUsed(sent, unitScale);
  const item = itemIn(used.kind === 'counted' ? used.parts : 0, sent);
  const known = item.usageId === undefined ? undefined : view.usage(item.usageId);
  if (known !== undefined) {
    if (!isSameUsage(known.item, item)) return { kind: 'refused', refusal: usageIdConflict };
    return { kind: 'duplicate', total: outstandingRequests(account), unitScale, entryId: known.entryId };
  }
  if (moment.gate !== undefined) return { kind: 'refused', refusal: moment.gate };
  if (used.kind === 'refused') return used;
  return recordedUsage({ item, apiKeyPrefix }, view, momentOf(moment, place));
}

/** An item as its account counts it. Most are sent so. */
function itemIn(requests: number, sent: SentUsage): UsageItem {
  if (sent.requests === requests) return sent;
  const { quantity: _, ...item } = sent;
  return { ...item, requests };
}

function bulkRejected(results: readonly ItemResult[]): Refusal {
  const count = results.filter((result) => !isGood(result)).length;
  const message = `${count} of ${results.length} items were refused, so nothing was applied`;
  return { code: 'bulk_rejected', message, results };
}

export const usageIdConflict: Refusal = {
  code: 'usage_id_conflict',
  message:
    'this usage id was recorded with another agent, service, number of requests, time of occurrence or metadata',
};
