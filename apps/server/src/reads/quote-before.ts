import type { Account } from '../domain/account.ts';
import type { Position } from '../domain/position.ts';
import { unreversedBehind } from '../domain/reversal.ts';
import type { Service } from '../domain/service.ts';
import type { AccountKey, Books } from './books.ts';

/** What a quote of an account is made from. */
interface QuoteFacts {
  readonly account: Account | undefined;
  readonly service: Service | undefined;
  /** where it ends; `undefined` for all that is outstanding */
  readonly position: Position | undefined;
  /** requests that were recorded before the moment and come after the position, without those that were reversed */
  readonly leftOutRequests: number;
}

const triesMax = 5;

/**
 * The outstanding usage of an account that was recorded before a moment. The account is read before and after its
 * position, because on PostgreSQL these are several statements. New usage after the position does not change it. If the
 * account is settled again and again, the quote may mix two moments; a settlement of it is then refused.
 */
export async function quoteBefore(
  books: Books,
  key: AccountKey,
  recordedBeforeMs: number,
): Promise<QuoteFacts> {
  for (let tries = 1; ; tries++) {
    const { account, service } = await books.accountAndService(key);
    if (account === undefined) return { account, service, position: undefined, leftOutRequests: 0 };
    const position = await books.positionBefore(key, recordedBeforeMs);
    const after = await books.account(key);
    const isSame =
      after?.settledThrough === account.settledThrough && (position?.sequence ?? 0) <= account.sequence;
    if (isSame || tries === triesMax) {
      const leftOutRequests =
        position === undefined ? 0 : await leftOut(books, key, account, position, recordedBeforeMs);
      return { account, service, position, leftOutRequests };
    }
  }
}

/** The usage recorded before the moment that the position leaves out, because usage up to there was reversed later. */
async function leftOut(
  books: Books,
  key: AccountKey,
  account: Account,
  position: Position,
  recordedBeforeMs: number,
): Promise<number> {
  const range = { after: account.settledThrough, through: account.sequence };
  const last = await books.positionRecordedBefore(key, recordedBeforeMs, range);
  // Cleared usage is not owed.
  const from = Math.max(position.sequence, account.clearedThrough);
  if (last === undefined || last.sequence <= from) return 0;
  const first =
    from === position.sequence
      ? position
      : await books.positionRecordedBefore(key, recordedBeforeMs, { after: from, through: from });
  return first === undefined ? 0 : openBehind(account, first) - openBehind(account, last);
}

function openBehind(account: Account, position: Position): number {
  return [...unreversedBehind(account, position).values()].reduce((sum, requests) => sum + requests, 0);
}
