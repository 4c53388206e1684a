import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { type Account, emptyAccount } from '../account.ts';
import { accountName } from '../account-name.ts';
import { rulesOf } from '../command.ts';
import { priceOfStroops, stroopsMax } from '../money.ts';
import { newService } from '../service.ts';
import { settleBulkAccountsMax, settleBulkOf } from './settlements.ts';

const use = (serviceId = 's', requests = 3) =>
  ({
    kind: 'record_usage',
    item: { agent: 'a', serviceId, requests, usageId: undefined, occurredAtNs: undefined },
  }) as const;
const settle = exampleOf<'settle'>({
  kind: 'settle',
  agent: 'a',
  serviceId: 's',
  through: undefined,
  expectedStroops: undefined,
  expectedMarks: undefined,
});
const settleAll = exampleOf<'settle_bulk'>({ kind: 'settle_bulk', agent: 'a' });
const reverse = { kind: 'reverse_entry', entryId: 'id-1-0', reason: 'r' } as const;
const changedQuote = 'the quote has changed; nothing was charged';

function booksOf(...serviceIds: readonly string[]): DomainBooks {
  const books = new DomainBooks();
  books.hasServices(...serviceIds);
  return books;
}

/** Three uses at 7 stroops. */
function booksWithUse(): DomainBooks {
  const books = booksOf('s');
  books.done(use());
  return books;
}

function billed(books: DomainBooks, command: ReturnType<typeof settle>): bigint {
  const { fact } = books.done(command);
  assert.ok(fact.kind === 'settled');
  return fact.bill.quote.billedStroops;
}

/** An account with 3 requests outstanding whose bills come to nearly all that is possible. */
function fullAccount(serviceId: string, settledStroops: bigint): Account {
  const line = { priceVersion: 1, price: priceOfStroops(7n), reversedRequests: 0, settledRequests: 0 };
  const lines = [{ ...line, recordedRequests: 3 }];
  return { ...emptyAccount('a', serviceId), sequence: 1, recordedRequests: 3, settledStroops, lines };
}

test('usage is settled up to any entry that exists and is not settled', () => {
  const books = booksWithUse();
  books.done(use());
  for (const through of [0, 3]) {
    const refusal = books.refusal(settle({ through }));
    assert.ok(refusal.code === 'quote_changed');
    assert.deepEqual([refusal.message, refusal.quote.billedStroops], [changedQuote, 42n]);
  }
  assert.equal(billed(books, settle({ through: 1 })), 21n);
  assert.equal(books.refusal(settle({ through: 1 })).code, 'quote_changed');
  assert.equal(billed(books, settle({ through: 2 })), 21n);
});

test('an account without entries is settled up to its beginning, with nothing to bill', () => {
  const books = booksOf('s');
  const { fact, changes } = books.done(settle({ through: 0 }));
  assert.ok(fact.kind === 'settled');
  assert.equal(fact.bill.settlementId, undefined);
  assert.deepEqual(changed(changes), {});
  assert.equal(books.refusal(settle({ through: 1 })).code, 'quote_changed');
});

test('a settlement charges only what the caller expects', () => {
  const books = booksWithUse();
  const atoms = 10n ** 11n;
  for (const other of [
    { expectedStroops: 20n },
    { expectedAmount: 20n * atoms },
    { expectedStroops: 21n, expectedAmount: 20n * atoms },
    { expectedMarks: ['mark of 20'] },
    { expectedMarks: [] },
  ]) {
    const refusal = books.refusal(settle(other));
    assert.ok(refusal.code === 'quote_changed');
    assert.deepEqual([refusal.message, refusal.quote.billedStroops], [changedQuote, 21n]);
  }
  for (const same of [
    { expectedStroops: 21n },
    { expectedAmount: 21n * atoms },
    { expectedMarks: ['mark of 20', 'mark of 21'] },
  ]) {
    assert.equal(billed(booksWithUse(), settle(same)), 21n);
  }
});

test('stroops are expected only of a service that is billed in XLM', () => {
  const books = new DomainBooks();
  const inUsd = { asset: 'USD', assetScale: 2 };
  books.has({ services: [newService('s', { price: 10n ** 12n, per: 1 }, inUsd)] });
  books.done(use());
  assert.deepEqual(books.refusal(settle({ expectedStroops: 300n })), {
    code: 'asset_mismatch',
    message: 'the service is billed in USD, not in stroops: send expectedAmount',
    pointer: '/expectedStroops',
  });
  assert.equal(billed(books, settle({ expectedAmount: 3n * 10n ** 18n })), 300n);
});

test('usage that was taken back later is not charged by a settlement up to an earlier entry', () => {
  const books = booksWithUse();
  books.done(use());
  books.done(reverse);
  const refusal = books.refusal(settle({ through: 1 }));
  assert.ok(refusal.code === 'quote_changed');
  const { message, quote } = refusal;
  assert.equal(message, 'usage up to entry 1 was reversed later; nothing was charged');
  assert.equal(quote.billedStroops, 21n);
});

test('a settlement that looks through more entries than it was weighed with is weighed again', () => {
  const books = booksWithUse();
  books.done(use());
  books.done(reverse);
  books.done(use());
  const heavier = books.decide(settle({ through: 2, entriesBehindMax: 1 }));
  assert.deepEqual(heavier, { kind: 'heavier', touched: 2 });
  assert.equal(books.refusal(settle({ through: 2, entriesBehindMax: 2 })).code, 'quote_changed');
  const far = settle({ through: 2, entriesBehindMax: 100_000 });
  assert.equal(rulesOf(far).weight(far), 500);
});

test('a settlement fails when the books have no position at its entry', () => {
  const books = booksOf('s');
  books.loaded.accounts.set(accountName('a', 's'), { ...fullAccount('s', 0n), sequence: 5 });
  const command = settle({ through: 2 });
  assert.throws(() => books.decide(command), /entry 2 of a is missing from the books/);
});

test('the bills of an account stay below 2^63', () => {
  const books = booksOf('s', 't');
  books.has({ accounts: [fullAccount('s', stroopsMax - 20n), fullAccount('t', stroopsMax - 21n)] });
  assert.deepEqual(books.refusal(settle()), {
    code: 'limit_exceeded',
    message: 'the bills of the account would exceed 2^63-1 of the smallest parts of its asset',
  });
  assert.deepEqual(books.refusal(settleAll()), {
    code: 'limit_exceeded',
    message:
      'the bills of service s would exceed 2^63-1 of the smallest parts of its asset; nothing was settled',
  });
  assert.equal(billed(books, settle({ serviceId: 't' })), 21n);
});

test('all accounts of an agent are settled in the order of their services, with sums for each asset', () => {
  for (const order of ['abc', 'cba', 'bca']) {
    const books = booksOf('a', 'b');
    const inUsd = { asset: 'USD', assetScale: 2 };
    books.has({ services: [newService('c', { price: 10n ** 12n, per: 1 }, inUsd)] });
    for (const serviceId of order) books.done(use(serviceId));
    books.done(use('unpriced', 4));
    const { fact, changes } = books.done(settleAll({ runId: 'run' }));
    assert.ok(fact.kind === 'agent_settled');
    assert.deepEqual(
      fact.bills.map(({ quote, settlementId }) => [quote.serviceId, settlementId]),
      [
        ['a', 'id-5-0'],
        ['b', 'id-5-1'],
        ['c', 'id-5-2'],
      ],
    );
    assert.equal(fact.billedStroops, 42n);
    assert.deepEqual(
      fact.otherAssets.map(({ asset, billed: sum }) => [asset, sum]),
      [['USD', 300n]],
    );
    assert.deepEqual(fact.unpriced, [{ serviceId: 'unpriced', requests: 4 }]);
    assert.deepEqual(
      changes.settlements.map(({ runId }) => runId),
      ['run', 'run', 'run'],
    );
  }
});

test('an account with nothing to bill is left out', () => {
  const books = new DomainBooks();
  books.done(use());
  books.hasServices('s');
  books.done(settle());
  books.done(use());
  // What was used before the price costs the same as what was used since.
  books.done(reverse);
  const { fact, changes } = books.done(settleAll());
  assert.ok(fact.kind === 'agent_settled');
  assert.deepEqual([fact.bills, fact.unpriced], [[], []]);
  assert.deepEqual(changed(changes), {});
});

test('an agent with more accounts than a command may settle is weighed again, or settles them one by one', () => {
  const books = booksOf('s');
  const count = (accounts: number) => books.loaded.accountCounts.set('a', accounts);
  count(11);
  assert.deepEqual(books.decide(settleAll({ accountsMax: 10 })), { kind: 'heavier', touched: 11 });
  assert.equal(books.done(settleAll({ accountsMax: 11 })).fact.kind, 'agent_settled');
  count(settleBulkAccountsMax);
  assert.equal(books.done(settleAll()).fact.kind, 'agent_settled');
  count(settleBulkAccountsMax + 1);
  assert.deepEqual(books.refusal(settleAll({ accountsMax: 10 })), {
    code: 'limit_exceeded',
    message: 'the agent has more than 10000 accounts; settle them one by one',
  });
});

test('a command that is weighed again leaves room for accounts that come in the meantime', () => {
  assert.deepEqual(settleBulkOf(settleAll(), 200), settleAll({ accountsMax: 231 }));
  assert.deepEqual(settleBulkOf(settleAll(), 9_999), settleAll({ accountsMax: settleBulkAccountsMax }));
});
