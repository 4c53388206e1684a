import type { Account } from '../account.ts';
import type { Amount } from '../amount.ts';
import { xlm } from '../asset.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Heavier, type Moment, refused } from '../decision.ts';
import { entriesBehind, entriesBehindMaxOf, type LooksBack, weightOfLook } from '../far-back.ts';
import { refundOf } from '../payment.ts';
import type { Position } from '../position.ts';
import { partsUsed, quantityText } from '../quantity.ts';
import type { Refusal } from '../refusal.ts';
import {
  openFrom,
  returnedFor,
  reverseOn,
  unreturnedBehind,
  unreversedBehind,
  unreversedTiersBehind,
} from '../reversal.ts';
import { periodCleared, periodWithout, takenOf } from '../tier-period.ts';
import { costOfParts } from '../tiers.ts';
import type { Entry, KnownEntry, Reversal } from '../usage.ts';
import type { View } from '../view.ts';
import { wantBilling, wantPricedAccount } from '../wants.ts';

export interface ReverseEntry {
  readonly kind: 'reverse_entry';
  readonly entryId: string;
  readonly reason: string;
  /** how many of its requests, or of their smallest parts; all that are left without it and without a quantity */
  readonly requests?: number | undefined;
  /** how many of its units, in 10^-6 of one */
  readonly quantity?: bigint | undefined;
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

/** The entry, the refund of what was drawn, and its event. */
const idsOfReversal = 3;

/** Takes back one entry, or a part of it, at its own price version. */
const reverseEntry: CommandRules<ReverseEntry, EntryReversed> = {
  ...usually,
  reads: ({ entryId }, wants) => void wants.entries.add(entryId),
  idsMax: () => idsOfReversal,
  decide: decideReversal,
};

/** Takes back all outstanding usage of an account with one entry. A credit stays: the agent is entitled to it. */
const clearAccount: CommandRules<ClearAccount, AccountCleared> = {
  ...usually,
  reads(command, wants) {
    const { agent, serviceId } = command;
    wantPricedAccount(agent, serviceId, wants);
    wantBilling(agent, 'if_used', wants);
    const entriesBehindMax = entriesBehindMaxOf(command);
    wants.positions.push({ agent, serviceId, sequence: undefined, entriesBehindMax });
  },
  idsMax: () => idsOfReversal,
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
  const left = requests - known.reversedRequests;
  if (left === 0) {
    return refused({ code: 'already_reversed', message: `entry ${entryId} was already reversed` });
  }
  const part = partWanted(command, known, left);
  if (part.kind === 'refused') return refused(part.refusal);
  const wanted = part.parts;
  if (wanted > left) return refused(tooManyRequests(known, wanted, left));
  const before = view.account(agent, serviceId);
  const { account, entry } = reverseOn(before, {
    id: moment.id(0),
    nowMs: moment.nowMs,
    entryId,
    from: sequence - 1,
    through: sequence,
    reason,
    requestsByVersion: new Map([[priceVersion, wanted]]),
    ...takenBack(known, wanted, before),
    inAsset: view.service(serviceId),
  });
  const returned = refundFor(entry, view, moment);
  if (returned.kind === 'refused') return refused(returned.refusal);
  return done(
    { kind: 'entry_reversed', entry },
    { ...returned.changes, accounts: [account], entries: [entry] },
  );
}

/** How many requests, or smallest parts of units, of an entry are to be taken back. */
function partWanted(
  { requests, quantity }: ReverseEntry,
  { entry: { unitScale } }: KnownEntry,
  left: number,
): ReturnType<typeof partsUsed> {
  if (quantity !== undefined) return partsUsed({ requests: 0, quantity }, unitScale);
  return { kind: 'counted', parts: requests ?? left };
}

/** What comes back with some requests of an entry: its tiers, the room in them, and what was drawn for it. */
function takenBack({ entry, reversedRequests }: KnownEntry, wanted: number, { tierPeriod }: Account) {
  const { tiered, priceVersion, unitScale } = entry;
  if (tiered === undefined) return { drawn: returnedFor(entry, reversedRequests, wanted) };
  const taken = takenOf(tiered, entry, reversedRequests, wanted);
  return {
    tiersByVersion: new Map([[priceVersion, taken]]),
    tierPeriod: periodWithout(tierPeriod, priceVersion, tiered.startMs, taken),
    drawn: entry.drawn === undefined ? undefined : costOfParts(taken, unitScale),
  };
}

function tooManyRequests({ entry }: KnownEntry, wanted: number, left: number): Refusal {
  const { id, requests, unitScale } = entry;
  const shown = (parts: number) => quantityText(parts, unitScale) ?? String(parts);
  const word = unitScale === 0 ? 'requests' : 'units';
  return wanted > requests
    ? {
        code: 'not_reversible',
        message: `entry ${id} has only ${shown(requests)} ${word}, but the request reverses ${shown(wanted)}`,
      }
    : {
        code: 'already_reversed',
        message: `of the ${shown(requests)} ${word} of entry ${id}, only ${shown(left)} are not reversed yet, but the request reverses ${shown(wanted)}`,
      };
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
  const position = openPosition(before, view);
  const open = unreversedBehind(before, position);
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
    ...tiersBehind(before, position),
    drawn: drawnBehind(before, position),
    inAsset: view.service(serviceId),
  });
  const returned = refundFor(entry, view, moment);
  if (returned.kind === 'refused') return refused(returned.refusal);
  return done(
    { ...cleared, entryId: entry.id },
    { ...returned.changes, accounts: [account], entries: [entry] },
  );
}

/** The tiers of the open usage, and the room that comes back in them. */
function tiersBehind(account: Account, position: Position) {
  const tiersByVersion = unreversedTiersBehind(account, position);
  const tierPeriod = periodCleared(account.tierPeriod, openFrom(account), (version) =>
    tiersByVersion.get(version),
  );
  return { tiersByVersion, tierPeriod };
}

/** Where the open usage of an account begins. */
function openPosition(account: Account, view: View): Position {
  const { agent, serviceId } = account;
  const position = view.position(agent, serviceId, openFrom(account));
  if (position === undefined) throw new Error(`the open usage of ${agent} is missing from the books`);
  return position;
}

/** What was drawn for the open usage; `undefined` if nothing was. */
function drawnBehind(account: Account, position: Position): Amount | undefined {
  const drawn = unreturnedBehind(account, position);
  return drawn === 0n ? undefined : drawn;
}

/** Returns to the balance what was drawn for the usage that a reversal takes back. */
function refundFor({ id, agent, asset = xlm.code, drawn = 0n }: Entry, view: View, moment: Moment) {
  if (drawn === 0n) return { kind: 'returned', changes: {} } as const;
  let ids = 1;
  const source = { nowMs: moment.nowMs, nextId: () => moment.id(ids++) };
  return refundOf({ agent, asset, amount: -drawn, reversalId: id }, view, source);
}
