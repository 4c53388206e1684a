import type { Random } from '../harness/seeded-random.ts';
import { type ModelAccount, openEntries, settledThrough } from './account.ts';
import { accountOf } from './books.ts';
import { type Hot, tenants } from './draw-names.ts';
import { booksOf, type Model } from './model.ts';
import type { ExpectedAmount, Sent } from './write.ts';

/** A quote that a test has read. */
export interface SeenQuote {
  readonly tenant: string;
  readonly agent: string;
  readonly serviceId: string;
  readonly through: number;
  /** only in XLM */
  readonly billedStroops: string | undefined;
  readonly amount: string;
  readonly tag: string;
}

/** Everything that a client has sent and seen so far. */
export interface Seen {
  readonly sent: Sent[];
  readonly quotes: SeenQuote[];
}

/** Amounts expected without a quote: mostly wrong, and in stroops even for services in other assets. */
const expected: readonly ExpectedAmount[] = [
  { expectedStroops: '0' },
  { expectedStroops: '7' },
  { expectedStroops: '14' },
  { expectedAmount: '0' },
  { expectedAmount: '0.0000007' },
  { expectedAmount: '0.07' },
];

/** The credit that a client expects, if any. */
export function drawExpected(random: Random): ExpectedAmount {
  return random.below(3) === 0 ? random.pick(expected) : {};
}

/** Settles everything or a part, without a guard, with one from a quote, or with an invented one. */
export function drawSettle(random: Random, model: Model, seen: Seen, near: Hot) {
  const own = seen.quotes.filter((quote) => quote.tenant === near.tenant);
  const quote = own.length > 0 && random.below(3) > 0 ? random.pick(own.slice(-6)) : undefined;
  if (quote === undefined) {
    const { agent, serviceId } = near;
    const through = drawThrough(random, accountOf(booksOf(model, near.tenant), near));
    return {
      agent,
      serviceId,
      ...(random.below(2) === 0 ? {} : { through }),
      ...(random.below(4) === 0 ? random.pick(expected) : {}),
      ...(random.below(8) === 0 ? { ifMatch: '*' } : {}),
    };
  }
  const { agent, serviceId, through, billedStroops, amount, tag } = quote;
  const inStroops = billedStroops !== undefined && random.below(2) === 0;
  const expectedBill = inStroops ? { expectedStroops: billedStroops } : { expectedAmount: amount };
  return {
    agent,
    serviceId,
    ...(random.below(2) === 0 ? { through } : {}),
    ...(random.below(2) === 0 ? expectedBill : { ifMatch: tag }),
  };
}

/** Mostly the sequence of an open entry. Reversals are chosen more often than at random. */
function drawThrough(random: Random, account: ModelAccount): number {
  const reversals = openEntries(account).filter(({ reverses }) => reverses !== undefined);
  if (reversals.length > 0 && random.below(2) === 0) return random.pick(reversals).sequence;
  return settledThrough(account) + random.below(4);
}

export function drawAccount(random: Random, model: Model, tenant: string): ModelAccount | undefined {
  const accounts = [...booksOf(model, tenant).accounts.values()];
  return accounts.length === 0 ? undefined : random.pick(accounts);
}

const noEntry = '019a7f6e-3a60-7c3e-9b1d-0123456789ab';

/** An entry that a client has seen: mostly of this account, sometimes of another one, or of the other tenant. */
export function drawEntryId(random: Random, model: Model, near: Hot): string {
  const tenant = random.below(8) === 0 ? random.pick(tenants) : near.tenant;
  const account =
    random.below(3) > 0 ? accountOf(booksOf(model, tenant), near) : drawAccount(random, model, tenant);
  // The last settled entry is an edge case.
  const edge = account?.entries[settledThrough(account) - 1]?.id;
  if (edge !== undefined && random.below(4) === 0) return edge;
  const ids = (account?.entries ?? []).flatMap(({ id }) => id ?? []);
  return ids.length === 0 ? noEntry : random.pick(ids.slice(-8));
}
