import { setImmediate as nextTurn } from 'node:timers/promises';
import { entryIdOf } from '../answers/paths.ts';
import type { Reconciled } from '../domain/reconciled.ts';
import type { Books } from './books.ts';

/** An item in a collector's log: usage by its id, or by the digest of the idempotency key with which it was sent. */
export interface ReconcileItem {
  readonly usageId: string | undefined;
  readonly keyDigest: string | undefined;
  readonly requests: number;
}

interface Recorded {
  readonly entryId: string;
  readonly requests: number;
}

const stepItems = 250;

/** Compares a log with the books, in short reads, between which other reads run; the writer is not involved. */
export async function reconcile(
  books: Books,
  owner: { readonly tenant: string; readonly scope: string },
  items: readonly ReconcileItem[],
): Promise<Reconciled[]> {
  const results: Reconciled[] = [];
  for (let from = 0; from < items.length; from += stepItems) {
    const step = items.slice(from, from + stepItems);
    const ids = step.flatMap(({ usageId }) => (usageId === undefined ? [] : [usageId]));
    const usages = await books.usages(owner.tenant, new Set(ids));
    for (const item of step) {
      const usage = item.usageId === undefined ? undefined : usages.get(item.usageId);
      const byId = usage && { entryId: usage.entryId, requests: usage.item.requests };
      results.push(
        item.keyDigest === undefined
          ? compared(item.requests, byId)
          : await byKey(books, { ...owner, digest: item.keyDigest }, item.requests),
      );
    }
    await nextTurn();
  }
  return results;
}

function compared(requests: number, recorded: Recorded | undefined): Reconciled {
  if (recorded === undefined) return { status: 'missing', entryId: undefined, requests: undefined };
  return { status: recorded.requests === requests ? 'matched' : 'different', ...recorded };
}

/** A key that was used for anything except a single usage item is `different`, and names no entry. */
async function byKey(
  books: Books,
  key: { readonly tenant: string; readonly scope: string; readonly digest: string },
  requests: number,
): Promise<Reconciled> {
  const facts = await books.keyFacts(key);
  if (facts === undefined) return compared(requests, undefined);
  const entryId = entryIdOf(facts.location);
  const entry = entryId === undefined ? undefined : await books.entry(key.tenant, entryId);
  if (entry === undefined || entry.reversal !== undefined) {
    return { status: 'different', entryId: undefined, requests: undefined };
  }
  return compared(requests, { entryId: entry.id, requests: entry.requests });
}
