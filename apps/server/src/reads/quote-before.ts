import type { Account } from '../domain/account.ts';
import type { Position } from '../domain/position.ts';
import type { Service } from '../domain/service.ts';
import type { AccountKey, Books } from './books.ts';

/** What a quote of an account is made from. */
interface QuoteFacts {
  readonly account: Account | undefined;
  readonly service: Service | undefined;
  /** where it ends; `undefined` for all that is outstanding */
  readonly position: Position | undefined;
}

const triesMax = 5;

/**
 * What is outstanding on an account and was recorded before a moment. The account is read before and after its position: on
 * PostgreSQL these are several statements. New usage after the position changes nothing about it. If the account is settled
 * all the time the quote may be that of two moments; a settlement of it is then refused.
 */
export async function quoteBefore(
  books: Books,
  key: AccountKey,
  recordedBeforeMs: number,
): Promise<QuoteFacts> {
  for (let tries = 1; ; tries++) {
    const { account, service } = await books.accountAndService(key);
    if (account === undefined) return { account, service, position: undefined };
    const position = await books.positionBefore(key, recordedBeforeMs);
    const after = await books.account(key);
    const isSame =
      after?.settledThrough === account.settledThrough && (position?.sequence ?? 0) <= account.sequence;
    if (isSame || tries === triesMax) return { account, service, position };
  }
}
