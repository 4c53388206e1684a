import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clear,
  findingIn,
  ofAccount,
  ofBillLines,
  ofEntry,
  ofLines,
  price,
  reverse,
  settle,
  testEach,
  use,
} from '../../test/harness/account-frauds.ts';
import type { Account } from './account.ts';
import type { Tiers } from './tiers.ts';
import type { Entry } from './usage.ts';

type LineTiers = NonNullable<Account['lines'][number]['tiered']>;
const ofLineTiers = (members: Partial<LineTiers>) =>
  ofLines(({ tiered }) => ({ tiered: tiered && { ...tiered, ...members } }));
const ofPeriod = (members: Partial<NonNullable<Account['tierPeriod']>>) =>
  ofAccount(({ tierPeriod }) => ({ tierPeriod: tierPeriod && { ...tierPeriod, ...members } }));
type EntryTiers = NonNullable<Entry['tiered']>;
const ofTiers = (sequence: number, members: (tiers: EntryTiers) => Partial<EntryTiers>) =>
  ofEntry(sequence, ({ tiered }) => ({ tiered: tiered && { ...tiered, ...members(tiered) } }));
type TakenLine = NonNullable<Entry['reversal']>['lines'][number];
const ofTaken = (members: (tiered: NonNullable<TakenLine['tiered']>) => TakenLine['tiered']) =>
  ofEntry(4, ({ reversal }) => ({
    reversal: reversal && {
      ...reversal,
      lines: reversal.lines.map((line) => ({ ...line, tiered: line.tiered && members(line.tiered) })),
    },
  }));
const oneMore = <T extends { readonly requests: number }>(count: T): T => ({
  ...count,
  requests: count.requests + 1,
});

const tiers: Tiers = {
  period: 'lifetime',
  tiers: [
    { upTo: 10, price: 700_000n, package: undefined },
    { upTo: undefined, price: 2_000_000n, package: 5 },
  ],
};
/** Flat usage, usage in two tiers, a bill, a part taken back, a clearing, another bill, and another use. */
const tiered = [
  use(1),
  price({ price: 0n, per: 1, tiers }),
  use(6),
  use(7),
  settle,
  reverse('id-5-0', 2),
  use(3),
  clear,
  settle,
  use(2),
];
const notReached = 'entry id-5-0 is not in the tiers that its account had reached';
const otherTiers = 'reversal id-7-0 takes back other tiers than its usage had';
const ofTheBill = 'settlement id-6-0: the tiers of line 2 are not those of its entries';
const ofTheLine = 'line 2: its tiers differ from the entries';
const ofThePeriod = 'what the account has used in its period differs from the entries';

testEach(
  'an audit names each entry, bill and account whose tiers are not those that the usage reached',
  tiered,
  [
    [ofEntry(3, () => ({ tiered: undefined })), notReached, 'with others'],
    [
      ofEntry(1, () => ({ tiered: { startMs: 0, parts: [], line: [] } })),
      'entry id-2-0 is in tiers that its price has not',
      'alone',
    ],
    [ofTiers(3, () => ({ startMs: 7 })), notReached, 'with others'],
    [
      ofTiers(3, ({ line }) => ({ line: line.map(oneMore) })),
      'entry id-5-0 carries a wrong sum of its tiers',
      'alone',
    ],
    [ofTiers(3, ({ parts }) => ({ parts: parts.map(oneMore) })), notReached, 'with others'],
    [
      ofTiers(3, ({ parts }) => ({ parts: parts.map((part) => ({ ...part, ahead: part.ahead + 1 })) })),
      notReached,
      'with others',
    ],
    [
      ofTiers(3, ({ parts }) => ({ parts: parts.map((part) => ({ ...part, price: part.price + 1n })) })),
      notReached,
      'with others',
    ],
    [
      ofEntry(4, () => ({ tiered: undefined })),
      'entry id-7-0 carries a wrong sum of the tiers before it',
      'alone',
    ],
    [
      ofTiers(4, ({ line }) => ({ line: line.map(oneMore) })),
      'entry id-7-0 carries a wrong sum of the tiers before it',
      'alone',
    ],
    [ofTaken(({ taken, line }) => ({ taken: taken.map(oneMore), line })), otherTiers, 'alone'],
    [
      ofTaken(({ taken, line }) => ({ taken, line: line.map(oneMore) })),
      'reversal id-7-0 carries a wrong sum of its tiers',
      'alone',
    ],
    [ofTaken(() => undefined), otherTiers, 'alone'],
    [ofBillLines((line) => ({ tiered: line.tiered?.map(oneMore) })), ofTheBill, 'alone'],
    [
      ofBillLines((line) => ({ amount: line.tiered === undefined ? line.amount : line.amount + 1n })),
      ofTheBill,
      'with others',
    ],
    [ofBillLines(() => ({ tiered: undefined })), ofTheBill, 'alone'],
    [
      ofBillLines((_, [, second]) => ({ tiered: second?.tiered })),
      'settlement id-6-0 has tiers without entries',
      'alone',
    ],
    [ofLines(() => ({ tiered: undefined })), ofTheLine, 'alone'],
    [ofLines((_, [, second]) => ({ tiered: second?.tiered })), 'line 1: its price has no tiers', 'alone'],
    [ofLineTiers({ recorded: [] }), ofTheLine, 'alone'],
    [ofLineTiers({ reversed: [] }), ofTheLine, 'alone'],
    [ofLineTiers({ settled: [] }), ofTheLine, 'alone'],
    [ofLineTiers({ tiers: { ...tiers, period: 'day' } }), ofTheLine, 'alone'],
    [ofAccount(() => ({ tierPeriod: undefined })), ofThePeriod, 'alone'],
    [ofPeriod({ priceVersion: 7 }), ofThePeriod, 'alone'],
    [ofPeriod({ period: 'day' }), ofThePeriod, 'alone'],
    [ofPeriod({ startMs: 7 }), ofThePeriod, 'alone'],
    [ofPeriod({ from: 7 }), ofThePeriod, 'alone'],
    [ofPeriod({ base: 7 }), ofThePeriod, 'alone'],
    [ofPeriod({ counts: [] }), ofThePeriod, 'alone'],
  ],
);

test('usage in tiers that was paid from a balance is returned with its cost in the tiers', () => {
  assert.deepEqual(findingIn(tiered, (history) => history, true).differences, []);
});
