import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainBooks } from '../../test/harness/domain-books.ts';
import { exampleGrant } from '../../test/harness/example-money.ts';
import type { Account } from './account.ts';
import { AccountAudit } from './audit.ts';
import { plusTaken, type TakenTiers, takenTiers } from './audit-tiers.ts';
import { emptyBalance } from './balance.ts';
import { policyDefault } from './billing.ts';
import type { Command } from './command.ts';
import { amountOfStroop } from './money.ts';
import { inStroops, pricesOf, type StatedPrice } from './service.ts';
import type { Settlement } from './settlement.ts';
import type { Tiers } from './tiers.ts';
import type { Entry } from './usage.ts';

const nothing = undefined;
const use = (requests: number): Command => ({
  kind: 'record_usage',
  item: { agent: 'a', serviceId: 's', requests, usageId: nothing, occurredAtNs: nothing },
});
const settle: Command = {
  kind: 'settle',
  agent: 'a',
  serviceId: 's',
  through: nothing,
  expectedStroops: nothing,
  expectedMarks: nothing,
};
const clear: Command = { kind: 'clear_account', agent: 'a', serviceId: 's' };
const writeOff: Command = {
  kind: 'write_off_credit',
  agent: 'a',
  serviceId: 's',
  writeOffKind: 'write_off',
  reason: 'r',
  expectedStroops: nothing,
};
const price = (stated: StatedPrice): Command => ({ kind: 'set_price', serviceId: 's', stated });
const reverse = (entryId: string, requests?: number): Command => ({
  kind: 'reverse_entry',
  entryId,
  reason: 'r',
  requests,
});

interface History {
  readonly account: Account;
  readonly entries: readonly Entry[];
  readonly settlements: readonly Settlement[];
}

type Fraud = (history: History) => History;
/** A fraud, what the audit finds first, and whether it finds nothing else. */
type Case = readonly [fraud: Fraud, first: string, rest: 'alone' | 'with others'];

/** What an audit finds in the books that commands made, after a fraud. */
function findingIn(commands: readonly Command[], fraud: Fraud, isPrepaid = false) {
  const books = new DomainBooks();
  books.done({ kind: 'put_service', serviceId: 's', stated: inStroops(7n), metadata: nothing });
  if (isPrepaid) {
    const grant = exampleGrant({ id: 'g', amount: 1_000n * amountOfStroop });
    const balance = { ...emptyBalance('a', 'XLM'), grants: 1, granted: grant.amount, open: [grant] };
    books.has({
      policies: [{ agent: 'a', policy: { ...policyDefault, mode: 'prepaid' } }],
      balances: [balance],
      grants: [{ agent: 'a', asset: 'XLM', grant }],
    });
  }
  for (const command of commands) books.done(command);
  const { entries, settlements, prices } = books.view.changes();
  const account = books.view.account('a', 's');
  const history = fraud({ account, entries, settlements });
  const audit = new AccountAudit(history.account, pricesOf(prices));
  for (const entry of history.entries) {
    const { taken, inTiers } = takenBy(entry, history.entries, audit);
    audit.entry(entry, taken, inTiers);
    for (const settlement of history.settlements)
      if (settlement.through === entry.sequence) audit.settlement(settlement);
  }
  return audit.finish();
}

/** The usage that a reversal names, as the entries show it. */
function takenBy({ reversal, requests: reversed }: Entry, entries: readonly Entry[], audit: AccountAudit) {
  const taken = new Map<number, number>();
  const inTiers = new Map<number, TakenTiers>();
  if (reversal === undefined) return { taken, inTiers };
  for (const entry of entries) {
    const { sequence, requests, priceVersion } = entry;
    if (sequence <= reversal.from || sequence > reversal.through || requests <= 0) continue;
    const before = audit.reversedOf(entry);
    const left = requests - before;
    if (left === 0) continue;
    taken.set(priceVersion, (taken.get(priceVersion) ?? 0) + left);
    const tiers = takenTiers(entry, before, reversal.entryId === undefined ? left : -reversed);
    if (tiers !== undefined) inTiers.set(priceVersion, plusTaken(inTiers.get(priceVersion), tiers));
  }
  return { taken, inTiers };
}

const ofAccount =
  (members: (account: Account) => Partial<Account>): Fraud =>
  (history) => ({
    ...history,
    account: { ...history.account, ...members(history.account) },
  });
const ofEntry =
  (sequence: number, members: (entry: Entry) => Partial<Entry>): Fraud =>
  (history) => ({
    ...history,
    entries: history.entries.map((entry) =>
      entry.sequence === sequence ? { ...entry, ...members(entry) } : entry,
    ),
  });
const ofBill =
  (number: number, members: (bill: Settlement) => Partial<Settlement>): Fraud =>
  (history) => ({
    ...history,
    settlements: history.settlements.map((bill) =>
      bill.number === number ? { ...bill, ...members(bill) } : bill,
    ),
  });

type Line = Account['lines'][number];
type LineTiers = NonNullable<Line['tiered']>;
const ofLines = (members: (line: Line, all: Account['lines']) => Partial<Line>) =>
  ofAccount(({ lines }) => ({ lines: lines.map((line) => ({ ...line, ...members(line, lines) })) }));
const ofLineTiers = (members: Partial<LineTiers>) =>
  ofLines(({ tiered }) => ({ tiered: tiered && { ...tiered, ...members } }));
const ofPeriod = (members: Partial<NonNullable<Account['tierPeriod']>>) =>
  ofAccount(({ tierPeriod }) => ({ tierPeriod: tierPeriod && { ...tierPeriod, ...members } }));
type EntryTiers = NonNullable<Entry['tiered']>;
const ofTiers = (sequence: number, members: (tiers: EntryTiers) => Partial<EntryTiers>) =>
  ofEntry(sequence, ({ tiered }) => ({ tiered: tiered && { ...tiered, ...members(tiered) } }));
type BillLine = Settlement['lines'][number];
const ofBillLines = (members: (line: BillLine, all: readonly BillLine[]) => Partial<BillLine>) =>
  ofBill(1, ({ lines }) => ({ lines: lines.map((line) => ({ ...line, ...members(line, lines) })) }));
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

function testEach(
  name: string,
  commands: readonly Command[],
  cases: readonly Case[],
  isPrepaid = false,
): void {
  test(name, () => {
    assert.deepEqual(findingIn(commands, (history) => history, isPrepaid).differences, []);
    for (const [fraud, first, rest] of cases) {
      const { differences } = findingIn(commands, fraud, isPrepaid);
      assert.equal(differences[0], first);
      assert.equal(differences.length === 1, rest === 'alone', `${first}: ${differences.length}`);
    }
  });
}

/** Two uses, a bill, a part of one taken back, another price, a clearing, a credit, its write-off, and another use. */
const flat = [
  use(3),
  use(5),
  settle,
  reverse('id-3-0', 2),
  price(inStroops(9n)),
  use(4),
  clear,
  settle,
  writeOff,
  use(6),
];

testEach('an audit of an account names each total that differs from its entries', flat, [
  [ofAccount(() => ({ sequence: 8 })), 'the account counts 8 entries', 'alone'],
  [ofAccount(() => ({ settlements: 3 })), 'the account counts 3 settlements', 'alone'],
  [ofAccount(() => ({ settledThrough: 3 })), 'settledThrough is not where the last bill ended', 'alone'],
  [ofAccount(() => ({ recordedRequests: 3 })), 'recorded requests differ from the entries', 'alone'],
  [ofAccount(() => ({ reversedRequests: 3 })), 'reversed requests differ from the entries', 'alone'],
  [
    ofAccount(() => ({ clearedThrough: 3 })),
    'clearedThrough is not where the last reversal of a range ended',
    'alone',
  ],
  [ofAccount(() => ({ carriedStroops: -3n })), 'what is carried differs from the bills', 'with others'],
  [ofAccount(() => ({ remainder: 3n })), 'the remainder differs from the bills', 'with others'],
  [ofAccount(() => ({ settledRequests: 3 })), 'settled requests differ from the bills', 'alone'],
  [ofAccount(() => ({ settledStroops: 3n })), 'settled stroops differ from the bills', 'alone'],
  [ofAccount(() => ({ paid: 3n })), 'what was paid from the balance differs from the entries', 'alone'],
  [ofAccount(() => ({ settledPaid: 3n })), 'what bills state as paid differs from the entries', 'alone'],
  [ofAccount(({ lines }) => ({ lines: lines.slice(0, 1) })), 'there are lines without entries', 'alone'],
  [ofLines(() => ({ recordedRequests: 1 })), 'line 1: recorded differs from the entries', 'with others'],
  [ofLines(() => ({ reversedRequests: 1 })), 'line 1: reversed differs from the entries', 'with others'],
  [ofLines(() => ({ settledRequests: 1 })), 'line 1: settled differs from the bills', 'with others'],
  [ofLines(() => ({ price: 1n })), 'line 1: the price differs', 'with others'],
]);

testEach('an audit names each entry that does not follow from those before it', flat, [
  [ofEntry(2, () => ({ sequence: 7 })), 'entry id-3-0 is not number 2', 'with others'],
  [ofEntry(2, () => ({ lineRequests: 7 })), 'entry id-3-0 carries a wrong sum of its line', 'alone'],
  [ofEntry(2, () => ({ requests: 0, lineRequests: 3 })), 'entry id-3-0 is of no requests', 'with others'],
  [
    ofEntry(2, () => ({ priceVersion: 9, lineRequests: 5 })),
    'entry id-3-0 has price version 9, which does not exist',
    'with others',
  ],
  [
    ofEntry(7, () => ({ priceVersion: 1, lineRequests: 14 })),
    'entry id-11-0 has an older price than one before it',
    'with others',
  ],
  [ofEntry(2, () => ({ paidAfter: 7n })), 'entry id-3-0 carries a wrong sum of what was drawn', 'alone'],
  [
    ofEntry(2, () => ({ drawn: 7n })),
    'entry id-3-0 was drawn for another amount than it costs',
    'with others',
  ],
  [
    ofEntry(5, () => ({ priceVersion: 1, lineRequests: 8 })),
    'reversal id-8-0 is not at its latest price version',
    'alone',
  ],
  [ofEntry(3, () => ({ requests: -1 })), 'reversal id-5-0 is not the sum of its lines', 'alone'],
  [
    ofEntry(6, () => ({ priceVersion: 1, lineRequests: 8 })),
    'write-off id-10-1 does not have the last price version',
    'alone',
  ],
  [ofEntry(6, () => ({ requests: 1 })), 'write-off id-10-1 has requests', 'alone'],
  [
    ofEntry(6, ({ writeOff: off }) => ({ writeOff: off && { ...off, stroops: 13n } })),
    'write-off id-10-1 is not the credit that the last settlement left',
    'with others',
  ],
]);

testEach('an audit names each bill that does not follow from its entries and the bill before it', flat, [
  [ofBill(1, () => ({ number: 7 })), 'settlement id-4-0 is not number 1', 'alone'],
  [ofBill(2, () => ({ from: 1 })), 'settlement id-9-0 does not begin where the last ended', 'alone'],
  [
    ofBill(1, () => ({ paid: 7n })),
    'settlement id-4-0 states another amount as paid from the balance',
    'with others',
  ],
  [
    ofBill(1, () => ({ carriedStroops: -1n, billedStroops: 55n })),
    'settlement id-4-0 does not carry what the last one left',
    'with others',
  ],
  [
    ofBill(1, () => ({ remainder: 7n })),
    'settlement id-4-0 does not take the remainder of the last one',
    'with others',
  ],
  [
    ofBill(1, () => ({ billedStroops: 57n })),
    'settlement id-4-0 is not the sum of its lines and what was carried',
    'with others',
  ],
  [
    ofBill(1, () => ({ requests: 7 })),
    'settlement id-4-0: its requests are not those of its lines',
    'with others',
  ],
  [ofBillLines(() => ({ price: 1n })), 'settlement id-4-0: line 1 is not what its entries cost', 'alone'],
  [
    ofBillLines(({ amount }) => ({ amount: amount + 1n })),
    'settlement id-4-0: line 1 is not what its entries cost',
    'with others',
  ],
  [
    ofBillLines(() => ({ requests: 9 })),
    'settlement id-4-0: line 1 is not what its entries cost',
    'with others',
  ],
  [ofBill(1, () => ({ lines: [] })), 'settlement id-4-0 leaves out entries of its range', 'with others'],
]);

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

const drawn = [use(3), use(5), settle, reverse('id-2-0', 2), use(4), clear, settle, use(6)];

testEach(
  'an audit names each entry and bill that was paid with another amount than it cost',
  drawn,
  [
    [
      ofEntry(1, () => ({ drawn: 20n * amountOfStroop })),
      'entry id-2-0 was drawn for another amount than it costs',
      'with others',
    ],
    [
      ofEntry(1, () => ({ drawn: undefined })),
      'entry id-2-0 carries a wrong sum of what was drawn',
      'with others',
    ],
    [
      ofEntry(1, () => ({ paidAfter: 20n * amountOfStroop })),
      'entry id-2-0 carries a wrong sum of what was drawn',
      'alone',
    ],
    [
      ofEntry(3, () => ({ drawn: -13n * amountOfStroop })),
      'reversal id-5-0 does not return what was drawn',
      'with others',
    ],
    [
      ofEntry(3, () => ({ drawn: undefined })),
      'reversal id-5-0 does not return what was drawn',
      'with others',
    ],
    [
      ofEntry(5, () => ({ drawn: -27n * amountOfStroop })),
      'reversal id-7-0 does not return what was drawn',
      'with others',
    ],
    [
      ofBill(2, () => ({ paid: 0n })),
      'settlement id-8-0 states another amount as paid from the balance',
      'with others',
    ],
  ],
  true,
);

test('usage in tiers that was paid from a balance is returned with its cost in the tiers', () => {
  assert.deepEqual(findingIn(tiered, (history) => history, true).differences, []);
});

test('an audit computes the sums of an account again', () => {
  const inXlm = { asset: 'XLM', assetScale: 7, writtenOffStroops: 0n, differences: [] };
  const ofStroops = (stroops: bigint) => stroops * amountOfStroop;
  const unchanged: Fraud = (history) => history;
  assert.deepEqual(findingIn(drawn, unchanged, true), {
    ...inXlm,
    entries: 6,
    settlements: 2,
    recordedRequests: 18,
    recorded: ofStroops(126n),
    reversedRequests: 6,
    reversed: ofStroops(42n),
    settledRequests: 6,
    settledStroops: 0n,
    paid: ofStroops(84n),
  });
  assert.deepEqual(findingIn(flat, unchanged), {
    ...inXlm,
    entries: 7,
    settlements: 2,
    recordedRequests: 18,
    recorded: ofStroops(8n * 7n + 10n * 9n),
    reversedRequests: 6,
    reversed: ofStroops(2n * 7n + 4n * 9n),
    writtenOffStroops: 14n,
    settledRequests: 6,
    settledStroops: 56n,
    paid: 0n,
  });
});
