import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, emptyAccount, recordOn } from './account.ts';
import { AccountAudit } from './audit.ts';
import { writeOffOn } from './credit.ts';
import { priceOfStroops } from './money.ts';
import { quoteOf } from './quote.ts';
import { reverseOn } from './reversal.ts';
import { inStroops, newService } from './service.ts';
import { type Settlement, settleOn } from './settlement.ts';
import type { Entry, Reversal, WriteOff } from './usage.ts';

interface History {
  readonly account: Account;
  readonly entries: readonly Entry[];
  readonly settlement: Settlement;
}

/** Two entries. The first one is settled. */
function history(): History {
  const service = newService('s', inStroops(7n));
  const first = recordOn(emptyAccount('a', 's'), service, 3, 0);
  assert.ok(first);
  const settled = settleOn(first.account, quoteOf(first.account, service), undefined, 'bill', 0);
  assert.ok(settled);
  const second = recordOn(settled.account, service, 5, 0);
  assert.ok(second);
  const entry = (sequence: number, requests: number, lineRequests: number): Entry => ({
    id: `entry-${sequence}`,
    agent: 'a',
    serviceId: 's',
    unitScale: 0,
    sequence,
    requests,
    lineRequests,
    priceVersion: 1,
    usageId: undefined,
    occurredAtNs: undefined,
    recordedAtMs: 0,
  });
  return {
    account: second.account,
    entries: [entry(1, 3, 3), entry(2, 5, 8)],
    settlement: settled.settlement,
  };
}

function differences({ account, entries, settlement }: History): readonly string[] {
  const audit = new AccountAudit(account, { prices: new Map([[1, priceOfStroops(7n)]]), tiers: new Map() });
  for (const entry of entries) {
    audit.entry(entry, takenBy(entry, entries, audit));
    if (entry.sequence === settlement.through) audit.settlement(settlement);
  }
  return audit.finish().differences;
}

test('books that add up have no differences', () => {
  assert.deepEqual(differences(history()), []);
});

/** The same entries and two reversals: one of the settled entry, then one of everything outstanding. */
function reversedHistory(): History {
  const books = history();
  const wanted = { nowMs: 0, reason: 'r' };
  const single = reverseOn(books.account, {
    ...wanted,
    id: 'single',
    entryId: 'entry-1',
    from: 0,
    through: 1,
    requestsByVersion: new Map([[1, 3]]),
  });
  const range = reverseOn(single.account, {
    ...wanted,
    id: 'range',
    entryId: undefined,
    from: 1,
    through: 3,
    requestsByVersion: new Map([[1, 5]]),
  });
  return { ...books, account: range.account, entries: [...books.entries, single.entry, range.entry] };
}

/** The usage that a reversal names, read from the entries. */
function takenBy(entry: Entry, entries: readonly Entry[], audit: AccountAudit): Map<number, number> {
  const { from, through } = entry.reversal ?? { from: 0, through: 0 };
  const taken = new Map<number, number>();
  for (const { sequence, requests, priceVersion, reversal } of entries) {
    if (reversal !== undefined || sequence <= from || sequence > through) continue;
    const left = requests - audit.reversedOf({ sequence, requests });
    if (left > 0) taken.set(priceVersion, (taken.get(priceVersion) ?? 0) + left);
  }
  return taken;
}

/** Books in which the reversal at this index is changed. */
function withReversal(books: History, index: number, change: (entry: Entry) => Entry): History {
  const entries = books.entries.map((entry, at) => (at === index ? change(entry) : entry));
  return { ...books, entries };
}

const changed = (books: History, index: number, members: Partial<Reversal>) =>
  withReversal(books, index, (entry) =>
    entry.reversal === undefined ? entry : { ...entry, reversal: { ...entry.reversal, ...members } },
  );

const reversalFrauds: Readonly<Record<string, (books: History) => History>> = {
  'a reversal takes back more than its entry': (books) =>
    withReversal(
      changed(books, 2, { lines: [{ priceVersion: 1, requests: 4, lineReversed: 4 }] }),
      2,
      (entry) => ({ ...entry, requests: -4 }),
    ),
  'a reversal is not the sum of its lines': (books) =>
    withReversal(books, 2, (entry) => ({ ...entry, requests: -2 })),
  'an entry is taken back twice': (books) => ({
    ...books,
    entries: [...books.entries.slice(0, 3), ...books.entries.slice(2, 3).map((e) => ({ ...e, sequence: 4 }))],
  }),
  'a reversal names a later entry': (books) => changed(books, 2, { from: 4, through: 5 }),
  'a range leaves out usage': (books) => changed(books, 3, { lines: [] }),
  'a reversal carries a wrong sum': (books) =>
    changed(books, 3, { lines: [{ priceVersion: 1, requests: 5, lineReversed: 5 }] }),
  'reversed requests are off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, reversedRequests: 7 },
  }),
  'a reversed line is off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, lines: account.lines.map((line) => ({ ...line, reversedRequests: 7 })) },
  }),
  'the cleared range is off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, clearedThrough: 2 },
  }),
  'a credit has no reversal': ({ account, ...books }) => ({
    ...books,
    account: { ...account, carriedStroops: -1n },
  }),
  'a bill carries a credit that no earlier bill left': ({ settlement, ...books }) => ({
    ...books,
    settlement: { ...settlement, carriedStroops: -1n, billedStroops: 20n },
  }),
};

test('books with reversals that add up have no differences', () => {
  assert.deepEqual(differences(reversedHistory()), []);
});

for (const [fraud, commit] of Object.entries(reversalFrauds)) {
  test(`the audit sees that ${fraud}`, () => {
    assert.notDeepEqual(differences(commit(reversedHistory())), []);
  });
}

/** Books in which the first entry is reversed in two parts: 2 requests, then this number of requests. */
function inTwoParts(requests: number): History {
  const books = reversedHistory();
  const [first, second, single] = books.entries;
  if (first === undefined || second === undefined || single?.reversal === undefined)
    throw new Error('no entries');
  const { reversal } = single;
  const part = (id: string, sequence: number, taken: number, lineReversed: number): Entry => ({
    ...single,
    id,
    sequence,
    requests: -taken,
    reversal: { ...reversal, lines: [{ priceVersion: 1, requests: taken, lineReversed }] },
  });
  const parts = [part('part-1', 3, 2, 2), part('part-2', 4, requests, 2 + requests)];
  return { ...books, entries: [first, second, ...parts] };
}

test('the audit finds reversed parts that add up to more than their entry', () => {
  const fault = 'reversal part-2 takes back another amount';
  assert.ok(!differences(inTwoParts(1)).includes(fault));
  assert.ok(differences(inTwoParts(2)).includes(fault));
});

const frauds: Readonly<Record<string, (books: History) => History>> = {
  'an entry is missing': (books) => ({ ...books, entries: books.entries.slice(0, 1) }),
  'an entry was changed': ({ entries, ...books }) => ({
    ...books,
    entries: entries.map((e) => ({ ...e, requests: 4 })),
  }),
  'an entry is duplicated': ({ entries, ...books }) => ({
    ...books,
    entries: [...entries, ...entries.slice(1)],
  }),
  'an entry has a price that never existed': ({ entries, ...books }) => ({
    ...books,
    entries: entries.map((e) => ({ ...e, priceVersion: 2 })),
  }),
  'recorded requests are off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, recordedRequests: 9 },
  }),
  'settled requests are off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, settledRequests: 4 },
  }),
  'settled stroops are off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, settledStroops: 22n },
  }),
  'the settled range is off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, settledThrough: 2 },
  }),
  'a line is off': ({ account, ...books }) => ({
    ...books,
    account: { ...account, lines: account.lines.map((line) => ({ ...line, settledRequests: 2 })) },
  }),
  'a bill is too high': ({ settlement, ...books }) => ({
    ...books,
    settlement: { ...settlement, billedStroops: 22n },
  }),
  'a bill does not begin where the last ended': ({ settlement, ...books }) => ({
    ...books,
    settlement: { ...settlement, from: 1 },
  }),
  'a bill has a wrong line': ({ settlement, ...books }) => ({
    ...books,
    settlement: { ...settlement, lines: settlement.lines.map((line) => ({ ...line, requests: 2 })) },
  }),
  'a bill left out a line': ({ settlement, ...books }) => ({
    ...books,
    settlement: { ...settlement, lines: [] },
  }),
};

for (const [fraud, commit] of Object.entries(frauds)) {
  test(`the audit sees that ${fraud}`, () => {
    assert.notDeepEqual(differences(commit(history())), []);
  });
}

/** A settled entry that was reversed, a settlement that could not bill this, and the write-off of the credit. */
function writtenOff(wrong: Partial<WriteOff> = {}, hasLastBill = true): readonly string[] {
  const service = newService('s', inStroops(7n));
  const { account: used, entries, settlement } = history();
  const [first] = entries;
  assert.ok(first);
  const before = { ...used, sequence: 1, recordedRequests: 3, lines: used.lines.map(only) };
  const reversed = reverseOn(before, {
    id: 'single',
    nowMs: 0,
    reason: 'r',
    entryId: 'entry-1',
    from: 0,
    through: 1,
    requestsByVersion: new Map([[1, 3]]),
  });
  const bill = settleOn(reversed.account, quoteOf(reversed.account, service), undefined, 'last', 0);
  assert.ok(bill);
  const writeOff = { kind: 'write_off', stroops: 21n, reason: 'closed', ...wrong } as const;
  const { account, entry } = writeOffOn(bill.account, service, { id: 'off', recordedAtMs: 0 }, writeOff);
  const audit = new AccountAudit(account, { prices: new Map([[1, priceOfStroops(7n)]]), tiers: new Map() });
  audit.entry(first);
  audit.settlement(settlement);
  audit.entry(reversed.entry, new Map([[1, 3]]));
  if (hasLastBill) audit.settlement(bill.settlement);
  audit.entry(entry);
  return audit.finish().differences;
}

function only<T>(line: T): T {
  return { ...line, recordedRequests: 3 };
}

test('a write-off must be the credit that the settlement right before it left', () => {
  assert.deepEqual(writtenOff(), []);
  for (const stroops of [20n, 22n, 0n, -21n]) {
    assert.ok(
      writtenOff({ stroops }).includes('write-off off is not the credit that the last settlement left'),
      String(stroops),
    );
  }
  assert.ok(writtenOff({}, false).includes('write-off off does not follow a settlement'));
});
