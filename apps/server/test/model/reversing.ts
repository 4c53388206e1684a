import {
  drawnForSome,
  isUsage,
  leftOf,
  type ModelAccount,
  openUsage,
  partsOf,
  requestsOf,
  settledThrough,
} from './account.ts';
import {
  accountOf,
  addEntry,
  done,
  type Expected,
  learnEntry,
  type ModelBooks,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import { assetOf } from './known-assets.ts';
import type { TierCount } from './parts.ts';
import { refund } from './prepaid.ts';
import { giveRoom, takenOf, tiersBody } from './tiers.ts';
import { quantityBody, type Use, partsOf as unitParts } from './units.ts';

export function reverseOne(
  books: ModelBooks,
  { entryId, ...wanted }: WriteOf<'reverse'>,
  { nowMs, gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  for (const account of books.accounts.values()) {
    const entry = account.entries.find(({ id }) => id === entryId);
    if (entry === undefined) continue;
    if (!isUsage(entry)) return refused('not_reversible');
    const left = leftOf(entry);
    if (left === 0) return refused('already_reversed');
    const taken = partsTaken(wanted, account, left);
    if (taken === undefined) return refused('invalid_quantity');
    if (taken > left + entry.reversed) return refused('not_reversible');
    if (taken > left) return refused('already_reversed');
    const { sequence } = entry;
    const part = takenOf(entry, taken, account.scale);
    if (part === undefined) return refused('not_reversible');
    entry.reversed += taken;
    giveRoom(account, entry, part);
    const reverses = { from: sequence - 1, through: sequence, entry: sequence };
    const parts = [part];
    const returned = drawnForSome(entry, part, account.scale);
    const drawn = entry.drawn === undefined ? undefined : -returned;
    const made = addEntry(books, account, nowMs, { parts, reverses, drawn });
    refund(books, { agent: account.agent, asset: assetOf(books, account.serviceId).code }, returned, nowMs);
    const { agent, serviceId } = account;
    const body = {
      agent,
      serviceId,
      sequence: made.sequence,
      requests: requestsOf([made]),
      ...quantityBody(requestsOf([made]), account),
    };
    return done(
      201,
      { ...body, reverses: { ...reversesBody(account, made), reason: 'wrong' } },
      ({ location }) => learnEntry(books, made, location),
    );
  }
  return refused('not_found');
}

/** The requests of a reversal count smallest parts, as answers show them. */
function partsTaken(wanted: Use, { scale }: ModelAccount, left: number): number | undefined {
  return wanted.quantity === undefined ? (wanted.requests ?? left) : unitParts(wanted, scale);
}

/** The reversed counts, as answers show them. */
function takenBack({ requests, charged, ...count }: TierCount): TierCount {
  return { ...count, requests: 0 - requests, charged: 0 - charged };
}

/** The members of an entry for what it reverses. */
export function reversesBody(account: ModelAccount, { reverses, parts }: ModelAccount['entries'][number]) {
  if (reverses === undefined) return undefined;
  return {
    entryId: reverses.entry === undefined ? null : account.entries[reverses.entry - 1]?.id,
    from: reverses.from,
    through: reverses.through,
    lines: parts.map(({ version, requests, tiers }) => ({
      priceVersion: version === 0 ? null : version,
      requests: -requests,
      ...(tiers === undefined ? {} : { tiers: tiersBody(tiers.map(takenBack), account.scale) }),
    })),
  };
}

export function clearAll(books: ModelBooks, write: WriteOf<'clear'>, { nowMs, gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { agent, serviceId } = write;
  const account = accountOf(books, write);
  if (account.entries.length === 0) return refused('not_found');
  const taken = openUsage(account);
  const clearedTotal = taken.reduce((sum, entry) => sum + leftOf(entry), 0);
  const body = { agent, serviceId, clearedTotal };
  if (taken.length === 0) return done(200, body, ({ location }) => location === null);
  const from = Math.max(settledThrough(account), account.clearedThrough);
  const through = account.entries.length;
  account.clearedThrough = through;
  const back = taken.flatMap((entry) => {
    const part = takenOf(entry, leftOf(entry), account.scale);
    return part === undefined ? [] : [{ entry, part }];
  });
  const parts = partsOf(back.map(({ part }) => part));
  const returned = back.reduce((sum, { entry, part }) => sum + drawnForSome(entry, part, account.scale), 0n);
  for (const { entry, part } of back) {
    entry.reversed += leftOf(entry);
    giveRoom(account, entry, part);
  }
  const drawn = returned === 0n ? undefined : -returned;
  const made = addEntry(books, account, nowMs, {
    parts,
    drawn,
    reverses: { from, through, entry: undefined },
  });
  refund(books, { agent, asset: assetOf(books, serviceId).code }, returned, nowMs);
  return done(200, body, ({ location }) => learnEntry(books, made, location));
}
