import { setImmediate as nextTurn } from 'node:timers/promises';
import { LimitAudit } from '../domain/audit-limits.ts';
import type { LimitCounter } from '../domain/limit-counter.ts';
import type { Books } from './books.ts';

type LimitBooks = Pick<Books, 'limits' | 'limitCounters' | 'holdsAfter'>;

const pageRows = 1_000;
const firstPlace = '00000000-0000-0000-0000-000000000000';

/** Begins to audit the limits of a tenant; `undefined` if it has none. */
export async function beginLimitAudit(
  books: LimitBooks,
  tenant: string,
  begunMs: number,
): Promise<LimitAudit | undefined> {
  const limits = await books.limits(tenant);
  if (limits.length === 0) return undefined;
  const audit = new LimitAudit(limits, begunMs);
  for await (const counters of countersOf(books, tenant, limits)) audit.before(counters);
  return audit;
}

/** Compares what was counted with the entries, after all of them were read, and with the holds. */
export async function endLimitAudit(books: LimitBooks, tenant: string, audit: LimitAudit): Promise<void> {
  for await (const counters of countersOf(books, tenant, audit.limits)) audit.after(counters);
  for (let after = firstPlace; ; ) {
    const holds = await books.holdsAfter({ tenant, agent: undefined }, after, pageRows);
    for (const hold of holds) audit.hold(hold);
    const last = holds.at(-1);
    if (last === undefined || holds.length < pageRows) return;
    after = last.place;
    await nextTurn();
  }
}

async function* countersOf(
  books: LimitBooks,
  tenant: string,
  limits: LimitAudit['limits'],
): AsyncGenerator<readonly LimitCounter[]> {
  for (const { id } of limits) {
    for (let after: string | undefined; ; ) {
      const counters: readonly LimitCounter[] = await books.limitCounters(tenant, id, after, pageRows);
      yield counters;
      if (counters.length < pageRows) break;
      after = counters.at(-1)?.subject;
      await nextTurn();
    }
  }
}
