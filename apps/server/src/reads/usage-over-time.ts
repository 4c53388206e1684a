import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UsageSum } from './books/entries.ts';
import type { Books } from './books.ts';
import { idAtMs } from './id-bounds.ts';

/** Which usage to add up: that of a tenant in [from, to), in so many spans of the same length. */
export interface OverTimeWanted {
  readonly tenant: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly spans: number;
}

/** What was recorded in a span of time. */
export interface UsageInSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly entries: number;
  readonly requests: bigint;
}

/** Usage in spans of time, the oldest first. */
export interface UsageOverTime {
  readonly spans: readonly UsageInSpan[];
  readonly isComplete: boolean;
}

const stepRows = 10_000;
/** The most entries that are read for one answer. */
const lookedMax = 1_000_000;

/**
 * Adds up usage by the time at which it was recorded, a step at a time. The database adds it up, so that no entry is
 * transferred. The newest spans come first, so that a sum that ends early lacks the oldest ones.
 */
export async function sumUsageOverTime(books: Books, wanted: OverTimeWanted): Promise<UsageOverTime> {
  const found: UsageInSpan[] = [];
  let left = lookedMax;
  for (const span of spansOf(wanted).reverse()) {
    const sum = await sumSpan(books, wanted.tenant, span, left);
    left -= sum.looked;
    found.unshift({ ...span, entries: sum.entries, requests: sum.requests });
  }
  return { spans: found, isComplete: left > 0 };
}

type Span = Pick<UsageInSpan, 'fromMs' | 'toMs'>;

function spansOf({ fromMs, toMs, spans }: OverTimeWanted): Span[] {
  if (fromMs >= toMs) return [];
  const bound = (index: number) => Math.round(fromMs + ((toMs - fromMs) * index) / spans);
  return Array.from({ length: spans }, (_, index) => ({
    fromMs: bound(index),
    toMs: bound(index + 1),
  })).filter((span) => span.fromMs < span.toMs);
}

async function sumSpan(books: Books, tenant: string, span: Span, lookMax: number): Promise<UsageSum> {
  let afterId = idAtMs(span.fromMs);
  const beforeId = idAtMs(span.toMs);
  let [entries, requests, looked] = [0, 0n, 0];
  while (looked < lookMax) {
    const step = await books.sumUsage({
      tenant,
      afterId,
      beforeId,
      lookMax: Math.min(stepRows, lookMax - looked),
    });
    entries += step.entries;
    requests += step.requests;
    looked += step.looked;
    if (step.looked < stepRows || step.lastId === undefined) break;
    afterId = step.lastId;
    await nextTurn();
  }
  return { entries, requests, looked, lastId: undefined };
}
