import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { exampleGrant } from '../../../test/harness/example-money.ts';
import { emptyAccount } from '../account.ts';
import { accountName } from '../account-name.ts';
import { emptyBalance } from '../balance.ts';
import { policyDefault } from '../billing.ts';
import { amountOfStroop, priceOfStroops } from '../money.ts';
import { inStroops, newService } from '../service.ts';
import type { Tiers } from '../tiers.ts';

const sent = { agent: 'a', serviceId: 's', usageId: undefined, occurredAtNs: undefined };
const use = (requests: number, quantity?: bigint) =>
  ({ kind: 'record_usage', item: { ...sent, requests, quantity } }) as const;
const reverse = exampleOf<'reverse_entry'>({ kind: 'reverse_entry', entryId: 'id-1-0', reason: 'r' });
const clear = exampleOf<'clear_account'>({ kind: 'clear_account', agent: 'a', serviceId: 's' });
const settle = {
  kind: 'settle',
  agent: 'a',
  serviceId: 's',
  through: undefined,
  expectedStroops: undefined,
  expectedMarks: undefined,
} as const;

function booksOf(unitScale = 0, tiers?: Tiers): DomainBooks {
  const books = new DomainBooks();
  const stated = tiers === undefined ? inStroops(7n) : { ...inStroops(7n), tiers };
  books.has({ services: [{ ...newService('s', stated), unitScale }] });
  return books;
}

test('an entry is taken back in parts, up to all of it', () => {
  const books = booksOf();
  books.done(use(5));
  const part = books.done(reverse({ requests: 2 }));
  assert.ok(part.fact.kind === 'entry_reversed');
  assert.equal(part.fact.entry.requests, -2);
  assert.deepEqual(books.refusal(reverse({ requests: 6 })), {
    code: 'not_reversible',
    message: 'entry id-1-0 has only 5 requests, but the request reverses 6',
  });
  for (const requests of [4, 5]) {
    assert.deepEqual(books.refusal(reverse({ requests })), {
      code: 'already_reversed',
      message: `of the 5 requests of entry id-1-0, only 3 are not reversed yet, but the request reverses ${requests}`,
    });
  }
  const rest = books.done(reverse());
  assert.ok(rest.fact.kind === 'entry_reversed');
  assert.equal(rest.fact.entry.requests, -3);
  assert.deepEqual(books.refusal(reverse()), {
    code: 'already_reversed',
    message: 'entry id-1-0 was already reversed',
  });
});

test('a quantity of an entry is taken back in the units of its service', () => {
  const books = booksOf(3);
  books.done(use(0, 5_000_000n));
  const { fact } = books.done(reverse({ quantity: 2_500_000n }));
  assert.ok(fact.kind === 'entry_reversed');
  assert.equal(fact.entry.requests, -2_500);
  const cases = [
    [
      3_000_000n,
      'of the 5.000 units of entry id-1-0, only 2.500 are not reversed yet, but the request reverses 3.000',
    ],
    [6_000_000n, 'entry id-1-0 has only 5.000 units, but the request reverses 6.000'],
    [1n, 'a quantity of the service has at most 3 decimal places'],
  ] as const;
  for (const [quantity, message] of cases) {
    assert.equal(books.refusal(reverse({ quantity })).message, message);
  }
});

test('only usage can be taken back', () => {
  const books = booksOf();
  books.done(use(3));
  books.done(settle);
  books.done(reverse());
  books.done({
    kind: 'write_off_credit',
    agent: 'a',
    serviceId: 's',
    writeOffKind: 'paid_out',
    reason: 'r',
    expectedStroops: undefined,
  });
  const cases = [
    ['id-3-0', 'not_reversible', 'entry id-3-0 is itself a reversal'],
    ['id-4-1', 'not_reversible', 'entry id-4-1 writes off a credit'],
    ['unknown', 'not_found', 'no entry has the id unknown'],
  ] as const;
  for (const [entryId, code, message] of cases) {
    assert.deepEqual(books.refusal(reverse({ entryId })), { code, message });
  }
});

test('an account is cleared of everything that is not settled, once', () => {
  const books = booksOf();
  books.done(use(3));
  books.done(settle);
  books.done(use(4));
  const first = books.done(clear());
  const cleared = { kind: 'account_cleared', agent: 'a', serviceId: 's' };
  assert.deepEqual(first.fact, { ...cleared, clearedRequests: 4, entryId: 'id-4-0' });
  const again = books.done(clear());
  assert.deepEqual(again.fact, { ...cleared, clearedRequests: 0, entryId: undefined });
  assert.deepEqual(changed(again.changes), {});
  assert.deepEqual(books.refusal(clear({ serviceId: 'never' })), {
    code: 'not_found',
    message: 'agent a never used service never',
  });
});

test('a clearing that looks through more entries than it was weighed with is weighed again', () => {
  const books = booksOf();
  books.done(use(3));
  books.done(reverse());
  books.done(use(3));
  assert.deepEqual(books.decide(clear({ entriesBehindMax: 2 })), { kind: 'heavier', touched: 3 });
  assert.equal(books.done(clear({ entriesBehindMax: 3 })).fact.kind, 'account_cleared');
});

test('a clearing gives back the room in the tiers that its usage took, and no more', () => {
  const tiers: Tiers = {
    period: 'lifetime',
    tiers: [
      { upTo: 10, price: priceOfStroops(7n), package: undefined },
      { upTo: undefined, price: priceOfStroops(3n), package: undefined },
    ],
  };
  const books = booksOf(0, tiers);
  books.done(use(6));
  books.done(settle);
  books.done(use(6));
  books.done(clear());
  books.done(use(6));
  const { fact } = books.done(settle);
  assert.ok(fact.kind === 'settled');
  assert.equal(fact.bill.quote.billedStroops, 4n * 7n + 2n * 3n);
});

test('a clearing returns what was drawn for usage that is not settled, and nothing if nothing was', () => {
  const amount = 100n * amountOfStroop;
  const books = booksOf();
  const [grant] = [exampleGrant({ id: 'g', amount })];
  const policy = { ...policyDefault, mode: 'prepaid' } as const;
  books.has({
    policies: [{ agent: 'a', policy }],
    balances: [{ ...emptyBalance('a', 'XLM'), grants: 1, granted: amount, open: [grant] }],
    grants: [{ agent: 'a', asset: 'XLM', grant }],
  });
  books.done(use(3));
  books.done(settle);
  books.done(use(2));
  const drawn = books.done(clear()).changes;
  assert.equal(drawn.entries[0]?.drawn, -14n * amountOfStroop);
  assert.deepEqual(
    drawn.events.map(({ id, type }) => [id, type]),
    [['id-4-2', 'balance.granted']],
  );
  books.has({ policies: [{ agent: 'a', policy: { ...policy, mode: 'postpaid' } }] });
  books.done(use(2));
  const due = books.done(clear()).changes;
  assert.equal(due.entries[0]?.drawn, undefined);
  assert.deepEqual(due.events, []);
});

test('a clearing fails when the books have no position where the open usage begins', () => {
  const books = booksOf();
  const account = { ...emptyAccount('a', 's'), sequence: 5, settledThrough: 2 };
  books.loaded.accounts.set(accountName('a', 's'), account);
  assert.throws(() => books.decide(clear()), /the open usage of a is missing from the books/);
});
