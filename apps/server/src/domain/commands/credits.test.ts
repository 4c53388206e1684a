import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { emptyAccount } from '../account.ts';
import { priceMax } from '../amount.ts';
import { newService } from '../service.ts';

const use = { agent: 'a', serviceId: 's', requests: 3, usageId: undefined, occurredAtNs: undefined };
const settle = exampleOf<'settle'>({
  kind: 'settle',
  agent: 'a',
  serviceId: 's',
  through: undefined,
  expectedStroops: undefined,
  expectedMarks: undefined,
});
const writeOff = exampleOf<'write_off_credit'>({
  kind: 'write_off_credit',
  agent: 'a',
  serviceId: 's',
  writeOffKind: 'paid_out',
  reason: 'r',
  expectedStroops: undefined,
});

/** Three uses at 7 stroops are settled, and then taken back: a credit of 21. */
function booksWithCredit(): DomainBooks {
  const books = new DomainBooks();
  books.hasServices('s');
  books.done({ kind: 'record_usage', item: use });
  books.done(settle());
  books.done({ kind: 'reverse_entry', entryId: 'id-1-0', reason: 'r' });
  return books;
}

test('a credit is written off with all entries before it settled', () => {
  const { fact, changes } = booksWithCredit().done(writeOff({ expectedStroops: 21n }));
  assert.ok(fact.kind === 'credit_written_off');
  assert.equal(fact.entry.id, 'id-4-1');
  assert.deepEqual(fact.entry.writeOff, { kind: 'paid_out', stroops: 21n, reason: 'r' });
  assert.deepEqual(Object.keys(changed(changes)), ['entries', 'settlements', 'accounts']);
  assert.deepEqual(changes.entries, [fact.entry]);
  const [settlement] = changes.settlements;
  assert.deepEqual([settlement?.id, settlement?.billedStroops], ['id-4-0', 0n]);
  const [account] = changes.accounts;
  assert.deepEqual([account?.sequence, account?.carriedStroops], [3, 0n]);
});

test('a credit that a settlement has carried on is written off without another settlement', () => {
  const books = booksWithCredit();
  books.done(settle());
  const { changes } = books.done(writeOff());
  assert.deepEqual(changes.settlements, []);
  assert.deepEqual([changes.entries.length, changes.accounts[0]?.carriedStroops], [1, 0n]);
  assert.deepEqual(books.refusal(writeOff()), {
    code: 'no_credit',
    message: 'agent a has no credit on service s',
  });
});

test('a write-off is refused on a service that was never registered', () => {
  assert.deepEqual(new DomainBooks().refusal(writeOff()), {
    code: 'not_found',
    message: 'service s is not registered',
  });
});

test('a write-off names the credit that the caller expects, and is refused with the credit as it is', () => {
  const cases = [
    [{ expectedStroops: 20n }, '21 stroops, not 20'],
    [{ expectedAmount: 20n * 10n ** 11n }, '0.0000021 XLM, not 0.000002'],
  ] as const;
  for (const [expected, words] of cases) {
    const refusal = booksWithCredit().refusal(writeOff(expected));
    assert.ok(refusal.code === 'quote_changed');
    assert.equal(refusal.message, `the credit is ${words}; nothing was written off`);
    assert.equal(refusal.quote.carriedOnStroops, -21n);
  }
});

test('a credit in another asset is expected as an amount', () => {
  const books = new DomainBooks();
  const inUsd = { asset: 'USD', assetScale: 2 };
  books.has({ services: [newService('s', { price: 10n ** 12n, per: 1 }, inUsd)] });
  books.done({ kind: 'record_usage', item: use });
  books.done(settle());
  books.done({ kind: 'reverse_entry', entryId: 'id-1-0', reason: 'r' });
  const mismatch = books.refusal(writeOff({ expectedStroops: 300n }));
  assert.deepEqual(mismatch, {
    code: 'asset_mismatch',
    message: 'the service is billed in USD, not in stroops: send expectedAmount',
    pointer: '/expectedStroops',
  });
  const { message } = books.refusal(writeOff({ expectedAmount: 10n ** 18n }));
  assert.equal(message, 'the credit is 3 USD, not 1; nothing was written off');
  const { fact } = books.done(writeOff({ expectedAmount: 3n * 10n ** 18n }));
  assert.ok(fact.kind === 'credit_written_off');
  assert.equal(fact.entry.writeOff.stroops, 300n);
});

test('a credit is not written off when a line of the bill before it would exceed 2^63', () => {
  const books = new DomainBooks();
  books.hasServices('s');
  const line = { price: priceMax, recordedRequests: 0, reversedRequests: 0, settledRequests: 0 };
  const lines = [
    { ...line, priceVersion: 1, recordedRequests: 2e12 },
    { ...line, priceVersion: 2, recordedRequests: 3e12, reversedRequests: 3e12, settledRequests: 3e12 },
  ];
  books.has({ accounts: [{ ...emptyAccount('a', 's'), sequence: 3, settledThrough: 1, lines }] });
  assert.deepEqual(books.refusal(writeOff()), {
    code: 'limit_exceeded',
    message: 'the bills of the account would exceed 2^63-1 of the smallest parts of its asset',
  });
});
