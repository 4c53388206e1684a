import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, emptyAccount, recordOn } from './account.ts';
import { AccountAudit } from './audit.ts';
import { quoteOf } from './quote.ts';
import { newService } from './service.ts';
import { type Settlement, settleOn } from './settlement.ts';
import type { Entry } from './usage.ts';

interface History {
  readonly account: Account;
  readonly entries: readonly Entry[];
  readonly settlement: Settlement;
}

/** Two entries, the first of them settled. */
function history(): History {
  const service = newService('s', 7n);
  const first = recordOn(emptyAccount('a', 's'), service, 3);
  assert.ok(first);
  const settled = settleOn(first.account, quoteOf(first.account, service), undefined, 'bill', 0);
  assert.ok(settled);
  const second = recordOn(settled.account, service, 5);
  assert.ok(second);
  const entry = (sequence: number, requests: number, lineRequests: number): Entry => ({
    id: `entry-${sequence}`,
    agent: 'a',
    serviceId: 's',
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
  const audit = new AccountAudit(account, new Map([[1, 7n]]));
  for (const entry of entries) {
    audit.entry(entry);
    if (entry.sequence === settlement.through) audit.settlement(settlement);
  }
  return audit.finish().differences;
}

test('books that add up have no differences', () => {
  assert.deepEqual(differences(history()), []);
});

const frauds: Readonly<Record<string, (books: History) => History>> = {
  'an entry is missing': (books) => ({ ...books, entries: books.entries.slice(0, 1) }),
  'an entry was changed': ({ entries, ...books }) => ({
    ...books,
    entries: entries.map((e) => ({ ...e, requests: 4 })),
  }),
  'an entry stands twice': ({ entries, ...books }) => ({
    ...books,
    entries: [...entries, ...entries.slice(1)],
  }),
  'an entry has a price that never was': ({ entries, ...books }) => ({
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
