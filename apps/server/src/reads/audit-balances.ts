import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Amount } from '../domain/amount.ts';
import { isXlm } from '../domain/asset.ts';
import { BalanceAudit } from '../domain/audit-balances.ts';
import type { BalancesFinding } from '../domain/audit-finding.ts';
import { availableOf, type Balance } from '../domain/balance.ts';
import { amountOfStroop } from '../domain/money.ts';
import type { Movement } from '../domain/movement.ts';
import type { BalanceName, Books } from './books.ts';

type BalanceBooks = Pick<
  Books,
  'balancesAfter' | 'wholeBalance' | 'movementsAfter' | 'entry' | 'grant' | 'hold'
>;

const pageRows = 1_000;
const differencesMax = 100;

/**
 * Recomputes the sums of every balance of a tenant, and of every grant, from the movements. A balance that changes
 * meanwhile is read again: its movements never change, but its grants do.
 */
export async function auditBalances(books: BalanceBooks, tenant: string): Promise<BalancesFinding> {
  const differences: BalancesFinding['differences'][number][] = [];
  let [count, movements, openHolds, available] = [0, 0, 0, 0n];
  let after: BalanceName = { tenant, agent: '', asset: '' };
  for (;;) {
    const page = await books.balancesAfter(after, pageRows);
    for (const { agent, asset } of page) {
      const found = await auditBalance(books, { tenant, agent, asset });
      count += 1;
      movements += found.movements;
      openHolds += found.openHolds;
      if (isXlm({ asset })) available += found.available;
      for (const message of found.differences) {
        if (differences.length < differencesMax) differences.push({ agent, asset, message });
      }
      await nextTurn();
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) {
      return { count, movements, availableStroops: available / amountOfStroop, openHolds, differences };
    }
    after = { tenant, agent: last.agent, asset: last.asset };
  }
}

async function auditBalance(books: BalanceBooks, name: BalanceName) {
  // The balance, its grants and its open holds are read as they were at one moment.
  const { balance, grants, openHolds } = await books.wholeBalance(name);
  if (balance === undefined) {
    return { movements: 0, openHolds: 0, available: 0n, differences: ['the balance is gone'] };
  }
  const audit = new BalanceAudit(balance);
  const causes = new CauseAudit(books, name);
  await feedMovements(books, name, balance, async (page) => {
    for (const movement of page) audit.movement(movement);
    await causes.take(page);
  });
  for (const grant of grants) audit.grant(grant);
  audit.holds(openHolds);
  return {
    movements: audit.movements,
    openHolds: openHolds.length,
    available: availableOf(balance),
    differences: [...audit.finish(), ...(await causes.finish())],
  };
}

/** All movements up to where the balance was read, page by page. */
async function feedMovements(
  books: BalanceBooks,
  name: BalanceName,
  balance: Balance,
  take: (page: readonly Movement[]) => Promise<void>,
): Promise<void> {
  for (let after = 0; after < balance.movements; ) {
    const limit = Math.min(pageRows, balance.movements - after);
    const page = await books.movementsAfter(name, after, limit);
    await take(page);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.number;
    await nextTurn();
  }
}

/**
 * Compares what was drawn and returned with the entries: every draw belongs to one entry, and every refund to one
 * reversal or to a reason.
 */
class CauseAudit {
  readonly #books: BalanceBooks;
  readonly #tenant: string;
  readonly #asset: string;
  readonly #differences: string[] = [];
  readonly #seen = new Set<string>();
  /** the movements of the last entry, of which more may follow */
  #open: { entryId: string; holdId: string | undefined; amount: Amount } | undefined;

  constructor(books: BalanceBooks, { tenant, asset }: BalanceName) {
    this.#books = books;
    this.#tenant = tenant;
    this.#asset = asset;
  }

  async take(page: readonly Movement[]): Promise<void> {
    for (const { kind, amount, entryId, holdId, grantId } of page) {
      if (kind !== 'drawn' && kind !== 'refunded') continue;
      if (entryId === undefined) {
        const isMoney = kind === 'refunded' && (await this.#isMoney(grantId));
        if (!isMoney) this.#differences.push(`an amount was ${kind} for no entry`);
        continue;
      }
      const signed = kind === 'drawn' ? amount : -amount;
      if (this.#open?.entryId === entryId) {
        this.#open.amount += signed;
      } else {
        await this.#close();
        this.#open = { entryId, holdId, amount: signed };
      }
    }
  }

  /** Whether a refund was made with a reason, and not by a reversal. */
  async #isMoney(grantId = ''): Promise<boolean> {
    const owned = await this.#books.grant(this.#tenant, grantId);
    const { kind, reversalId, note } = owned?.grant ?? {};
    return kind === 'refund' && reversalId === undefined && note !== undefined;
  }

  async finish(): Promise<readonly string[]> {
    await this.#close();
    return this.#differences;
  }

  async #close(): Promise<void> {
    if (this.#open === undefined) return;
    const { entryId, holdId, amount } = this.#open;
    this.#open = undefined;
    if (this.#seen.has(entryId)) this.#differences.push(`entry ${entryId} was drawn more than once`);
    this.#seen.add(entryId);
    const entry = await this.#books.entry(this.#tenant, entryId);
    if (entry?.drawn !== amount) this.#differences.push(`entry ${entryId} was drawn for another amount`);
    if (entry?.asset !== this.#asset)
      this.#differences.push(`entry ${entryId} is not of a service in ${this.#asset}`);
    if (holdId === undefined) return;
    const hold = await this.#books.hold(this.#tenant, holdId);
    if (hold?.entryId !== entryId) this.#differences.push(`entry ${entryId} did not capture hold ${holdId}`);
  }
}
