import type { AccountLine } from '../../domain/account.ts';
import {
  accountId,
  amount,
  count,
  fixed,
  flag,
  key,
  only,
  optional,
  part,
  small,
  table,
  text,
} from '../table.ts';
import { exactAmount } from './balances.ts';
import { lineTiersColumn, tierPeriodColumn } from './tiers.ts';

/** Accounts with their totals. */
export const accounts = table({
  name: 'accounts',
  place: { tenant: text() },
  columns: {
    agent: key(text()),
    serviceId: key(text()),
    sequence: count(),
    settledThrough: count(),
    clearedThrough: count(),
    settlements: count(),
    recordedRequests: count(),
    reversedRequests: count(),
    settledRequests: count(),
    settledStroops: amount(),
    carriedStroops: amount(),
    remainder: amount(),
    paid: exactAmount(),
    settledPaid: exactAmount(),
    unitScale: small(),
    tierPeriod: optional(tierPeriodColumn),
    lines: part<readonly AccountLine[]>(),
  },
  /** `account` refers to the account in the rows of other tables; `unsettled` follows from its lines */
  beside: { account: accountId(), unsettled: flag() },
});

/** The totals of an account at each price version. */
export const accountLines = table({
  name: 'account_lines',
  place: { tenant: only('postgres', text()), account: accountId() },
  columns: {
    priceVersion: key(small()),
    price: fixed(optional(amount())),
    recordedRequests: count(),
    reversedRequests: count(),
    settledRequests: count(),
    tiered: optional(lineTiersColumn),
  },
});
