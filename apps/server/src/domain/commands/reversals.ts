import type { Account } from '../account.ts';
import { type CommandRules, usually } from '../command-rules.ts';
import { type Decision, done, type Heavier, type Moment, refused } from '../decision.ts';
import { entriesBehind, entriesBehindMaxOf, type LooksBack, weightOfLook } from '../far-back.ts';
import type { Position } from '../position.ts';
import { openFrom, reverseOn, unreversedBehind } from '../reversal.ts';
import { reversalEntryAnswer } from '../reversal-answer.ts';
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

/** Takes back one entry, whole, at its own price version. */
export const reverseEntry: CommandRules<ReverseEntry> = {
  ...usually,
  reads: ({ entryId }, wants) => void wants.entries.add(entryId),
  decide: decideReversal,
};

/** Takes back all usage of an account that is outstanding, by one entry. A credit stays: it is owed to the agent. */
export const clearAccount: CommandRules<ClearAccount> = {
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

function decideReversal(command: ReverseEntry, view: View, moment: Moment): Decision {
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
  return done(
    { status: 201, location: `/entries/${entry.id}`, body: reversalEntryAnswer(entry) },
    { accounts: [account], entries: [entry] },
  );
}

function decideClearing(command: ClearAccount, view: View, moment: Moment): Decision | Heavier {
  const { agent, serviceId } = command;
  const before = view.account(agent, serviceId);
  if (before.sequence === 0) {
    return refused({ code: 'not_found', message: `agent ${agent} never used service ${serviceId}` });
  }
  const behind = entriesBehind(before, openFrom(before));
  if (behind > entriesBehindMaxOf(command)) return { kind: 'heavier', touched: behind };
  const open = openUsage(before, view);
  const clearedTotal = [...open.values()].reduce((sum, requests) => sum + requests, 0);
  const body = { agent, serviceId, clearedTotal };
  if (clearedTotal === 0) return done({ status: 200, body });
  const { account, entry } = reverseOn(before, {
    id: moment.id(0),
    nowMs: moment.nowMs,
    entryId: undefined,
    from: openFrom(before),
    through: before.sequence,
    reason: undefined,
    requestsByVersion: open,
  });
  return done(
    { status: 200, location: `/entries/${entry.id}`, body },
    { accounts: [account], entries: [entry] },
  );
}

function openUsage(account: Account, view: View): ReadonlyMap<number, number> {
  if (account.sequence === 0) return new Map();
  const { agent, serviceId } = account;
  const position: Position | undefined = view.position(agent, serviceId, openFrom(account));
  if (position === undefined) throw new Error(`the open usage of ${agent} is missing from the books`);
  return unreversedBehind(account, position);
}
