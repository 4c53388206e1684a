import { isUnsettled } from '../account.ts';
import { type Amount, amountOfAtoms } from '../amount.ts';
import { isXlm } from '../asset.ts';
import { amountText } from '../balance-events.ts';
import { type CommandRules, usually } from '../command-rules.ts';
import { creditOf, writeOffOn } from '../credit.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import type { Stroops } from '../money.ts';
import { type Quote, quoteOf } from '../quote.ts';
import { settleOn } from '../settlement.ts';
import type { Entry, WriteOff, WriteOffKind } from '../usage.ts';
import type { View } from '../view.ts';
import { wantPricedAccount } from '../wants.ts';
import { isExpectedAmount, limitExceeded, mismatchOf, quoteChanged } from './settlements.ts';

export interface WriteOffCredit {
  readonly kind: 'write_off_credit';
  readonly agent: string;
  readonly serviceId: string;
  readonly writeOffKind: WriteOffKind;
  readonly reason: string;
  /** the credit that is to be written off, above 0 */
  readonly expectedStroops: Stroops | undefined;
  /** the same, exactly in the asset of the service */
  readonly expectedAmount?: Amount | undefined;
}

export interface CreditWrittenOff {
  readonly kind: 'credit_written_off';
  readonly entry: Entry & { readonly writeOff: WriteOff };
}

const writeOffCredit: CommandRules<WriteOffCredit, CreditWrittenOff> = {
  ...usually,
  reads: ({ agent, serviceId }, wants) => wantPricedAccount(agent, serviceId, wants),
  // The entry, and the settlement before it.
  idsMax: () => 2,
  decide: decideWriteOff,
};

export const creditsCommands = { write_off_credit: writeOffCredit };

/**
 * Writes off the whole credit of an account. Entries that no settlement covers are settled first, with a bill of 0. The
 * credit is then the carried amount of the last settlement, and no later settlement covers entries before the
 * write-off.
 */
function decideWriteOff(command: WriteOffCredit, view: View, moment: Moment): Decision<CreditWrittenOff> {
  const { agent, serviceId, reason, writeOffKind: kind } = command;
  const service = view.service(serviceId);
  const before = view.account(agent, serviceId);
  if (service === undefined || (service.deleted && !isUnsettled(before))) {
    return refused({ code: 'not_found', message: `service ${serviceId} is not registered` });
  }
  const mismatch = mismatchOf(command, service.asset);
  if (mismatch !== undefined) return refused(mismatch);
  const quote = quoteOf(before, service);
  const stroops = creditOf(quote);
  if (stroops === 0n) {
    return refused({ code: 'no_credit', message: `agent ${agent} has no credit on service ${serviceId}` });
  }
  if (!isExpectedAmount(command, stroops, quote.assetScale)) {
    return quoteChanged(quote, `the credit is ${creditText(command, quote)}; nothing was written off`);
  }
  const isSettled = before.sequence === before.settledThrough;
  const bill = isSettled ? undefined : settleOn(before, quote, undefined, moment.id(0), moment.nowMs);
  if (!isSettled && bill === undefined) return refused(limitExceeded);
  const made = { id: moment.id(1), recordedAtMs: moment.nowMs };
  const { account, entry } = writeOffOn(bill?.account ?? before, service, made, { kind, stroops, reason });
  return done(
    { kind: 'credit_written_off', entry },
    { accounts: [account], entries: [entry], settlements: bill === undefined ? [] : [bill.settlement] },
  );
}

/** The credit as it is, and as the caller expects it. */
function creditText({ expectedStroops, expectedAmount = 0n }: WriteOffCredit, quote: Quote): string {
  const stroops = creditOf(quote);
  if (isXlm(quote) && expectedStroops !== undefined) return `${stroops} stroops, not ${expectedStroops}`;
  const credit = amountOfAtoms(stroops, quote.assetScale);
  return `${amountText(credit)} ${quote.asset}, not ${amountText(expectedAmount)}`;
}
