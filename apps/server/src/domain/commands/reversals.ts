import type { Account } from '../account.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Heavier, type Moment, refused } from '../decision.ts';
import { entriesBehind, entriesBehindMaxOf, type LooksBack, weightOfLook } from '../far-back.ts';
import type { Position } from '../position.ts';
import { openFrom, reverseOn, unreversedBehind } from '../reversal.ts';
import type { Entry, Reversal } from '../usage.ts';
import type { View } from '../view.ts';
import { wantAccount } from '../wants.ts';

export interface ReverseEntry {
  readonly kind: 'reverse_entry';
  readonly entryId: string;
  readonly reason: string;
}

export interface ClearAccount extends LooksBack {
  readonly kind: 'clear_account';
  readonly agent: string;
  readonly serviceId: string;
}

export type ReversalsCommand = ReverseEntry | ClearAccount;

export interface EntryReversed {
  readonly kind: 'entry_reversed';
  readonly entry: Entry & { readonly reversal: Reversal };
}

export interface AccountCleared {
  readonly kind: 'account_cleared';
  readonly agent: string;
  readonly serviceId: string;
  readonly clearedRequests: number;
  /** of the reversal; `undefined` if nothing was outstanding */
  readonly entryId: string | undefined;
}

/** Takes back one entry, whole, at its own price version. */
const reverseEntry: CommandRules<ReverseEntry, EntryReversed> = {
  ...usually,
  reads: ({ entryId }, wants) => void wants.entries.add(entryId),
  decide: decideReversal,
};

/** Takes back all outstanding usage of an account with one entry. A credit stays: the agent is entitled to it. */
const clearAccount: CommandRules<ClearAccount, AccountCleared> = {
  ...usually,
  reads(command, wants) {
    const { agent, serviceId } = command;
    wantAccount(agent, serviceId, wants);
    const entriesBehindMax = entriesBehindMaxOf(command);
    wants.positions.push({ agent, serviceId, sequence: undefined, entriesBehindMax });
  },
  weight: weightOfLook,
  decide: decideClearing,
};

export const reversalsCommands = {
  reverse_entry: reverseEntry,
  clear_account: clearAccount,
} satisfies RulesOf<ReversalsCommand>;

function decideReversal(command: ReverseEntry, view: View, moment: Moment): Decision<EntryReversed> {
  const { entryId, reason } = command;
  const known = view.entry(entryId);
  if (known === undefined) return refused({ code: 'not_found', message: `no entry has the id ${entryId}` });
  const { agent, serviceId, sequence, priceVersion, requests, reversal, writeOff } = known.entry;
  if (reversal !== undefined) {
    return refused({ code: 'not_reversible', message: `entry ${entryId} is itself a reversal` });
  }
  if (writeOff !== undefined) {
    return refused({ code: 'not_reversible', message: `entry ${entryId} writes off a credit` });
  }
  if (known.isReversed) {
    return refused({ code: 'already_reversed', message: `entry ${entryId} was already reversed` });
  }
  const { account, entry } = reverseOn(view.account(agent, serviceId), {
    id: moment.id(0),
    nowMs: moment.nowMs,
    entryId,
    from: sequence - 1,
    through: sequence,
    reason,
    requestsByVersion: new Map([[priceVersion, requests]]),
  });
  return done({ kind: 'entry_reversed', entry }, { accounts: [account], entries: [entry] });
}

function decideClearing(
  command: ClearAccount,
  view: View,
  moment: Moment,
): Decision<AccountCleared> | Heavier {
  const { agent, serviceId } = command;
  const before = view.account(agent, serviceId);
  if (before.sequence === 0) {
    return refused({ code: 'not_found', message: `agent ${agent} never used service ${serviceId}` });
  }
  const behind = entriesBehind(before, openFrom(before));
  if (behind > entriesBehindMaxOf(command)) return { kind: 'heavier', touched: behind };
  const open = openUsage(before, view);
  const clearedRequests = [...open.values()].reduce((sum, requests) => sum + requests, 0);
  const cleared = { kind: 'account_cleared', agent, serviceId, clearedRequests } as const;
  if (clearedRequests === 0) return done({ ...cleared, entryId: undefined });
  const { account, entry } = reverseOn(before, {
    id: moment.id(0),
    nowMs: moment.nowMs,
    entryId: undefined,
    from: openFrom(before),
    through: before.sequence,
    reason: undefined,
    requestsByVersion: open,
  });
  return done({ ...cleared, entryId: entry.id }, { accounts: [account], entries: [entry] });
}

function openUsage(account: Account, view: View): ReadonlyMap<number, number> {
  if (account.sequence === 0) return new Map();
  const { agent, serviceId } = account;
  const position: Position | undefined = view.position(agent, serviceId, openFrom(account));
  if (position === undefined) throw new Error(`the open usage of ${agent} is missing from the books`);
  return unreversedBehind(account, position);
}
