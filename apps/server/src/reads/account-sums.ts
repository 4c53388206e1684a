import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccountsFilter, Books } from './books.ts';
import type { AccountSums, SummedAccounts } from './summed-accounts.ts';

/** How many accounts are summed in one step. */
export const summedAtOnce = 10_000;

/**
 * Sums accounts by service, a step at a time. The database adds them up, so that no account is transferred. A service
 * may appear again in later steps.
 */
export async function* eachAccountSum(
  books: Pick<Books, 'sumAccounts'>,
  filter: AccountsFilter,
  limit = summedAtOnce,
): AsyncGenerator<AccountSums> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const step: SummedAccounts = await books.sumAccounts(filter, after, limit);
    yield* step.sums;
    after = step.next;
    await nextTurn();
  }
}
