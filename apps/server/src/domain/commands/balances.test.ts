import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { exampleGrant } from '../../../test/harness/example-money.ts';
import { amountMax } from '../amount.ts';
import { type Balance, emptyBalance, type Grant, grantsOpenMax, refundsOpenMax } from '../balance.ts';
import { type BillingPolicy, everyAgent, policyDefault } from '../billing.ts';
import { servicePaused } from '../pause.ts';
import type { CreateGrant } from './balances.ts';

const { nowMs } = new DomainBooks();
const grant = exampleOf<'create_grant'>({
  kind: 'create_grant',
  agent: 'a',
  asset: 'XLM',
  amount: 10n,
  priority: 5,
  expiresAtMs: undefined,
  note: 'n',
  grantId: 'g',
});
const take = exampleOf<'void_grant'>({ kind: 'void_grant', agent: 'a', grantId: 'g' });
const prepaid: BillingPolicy = { ...policyDefault, mode: 'prepaid' };
const wantedBy = (agent: string, policy: BillingPolicy | undefined) =>
  ({ kind: 'set_billing', agent, policy }) as const;

function booksWith(open: readonly Grant[], members: Partial<Balance> = {}): DomainBooks {
  const filled = new DomainBooks();
  const granted = open.reduce((sum, { amount }) => sum + amount, 0n);
  const balance = { ...emptyBalance('a', 'XLM'), grants: open.length, granted, open, ...members };
  filled.has({ balances: [balance] });
  return filled;
}

test('a grant is available at once, and its event says so', () => {
  const { fact, changes } = new DomainBooks().done(grant());
  const members = { id: 'g', amount: 10n, priority: 5, note: 'n', grantedAtMs: nowMs };
  const owned = { agent: 'a', asset: 'XLM', grant: exampleGrant(members) };
  assert.deepEqual(fact, { kind: 'grant_made', owned, available: 10n });
  assert.deepEqual(changes.grants, [owned]);
  assert.deepEqual(changes.policies, [{ agent: 'a', policy: undefined }]);
  assert.deepEqual(
    changes.events.map(({ id, type }) => [id, type]),
    [['id-1-1', 'balance.granted']],
  );
});

test('a grant that is sent again is answered as the first time, also while writes are paused', () => {
  const books = new DomainBooks();
  const first = books.done(grant());
  assert.equal(first.fact.kind, 'grant_made');
  books.done(grant({ grantId: 'other', amount: 5n }));
  const again = books.done(grant({ grantKind: 'grant' }), { gate: servicePaused });
  const { owned } = first.fact as Extract<typeof first.fact, { readonly kind: 'grant_made' }>;
  assert.deepEqual(again.fact, { kind: 'grant_known', owned, available: 15n });
  assert.deepEqual(changed(again.changes), {});
  assert.deepEqual(books.done(grant()).fact, again.fact);
  assert.deepEqual(books.refusal(grant({ grantId: 'new' }), { gate: servicePaused }), servicePaused);
});

test('an id that was granted is not granted again with other members', () => {
  const books = new DomainBooks();
  books.has({ assets: [{ code: 'USD', scale: 2 }] });
  books.done(grant());
  const others: readonly Partial<CreateGrant>[] = [
    { agent: 'b' },
    { asset: 'USD' },
    { grantKind: 'refund' },
    { amount: 11n },
    { priority: 6 },
    { expiresAtMs: nowMs + 1 },
    { note: undefined },
  ];
  for (const other of others) {
    assert.deepEqual(books.refusal(grant(other)), {
      code: 'grant_id_conflict',
      message: 'this id was granted with another agent, kind, asset, amount, priority, expiry or note',
    });
  }
});

test('a refund of a reversal is no grant that a caller made under the same id', () => {
  const books = new DomainBooks();
  const refund = exampleGrant({ id: 'g', kind: 'refund', priority: 5, note: 'n', reversalId: 'r' });
  books.has({ grants: [{ agent: 'a', asset: 'XLM', grant: refund }] });
  const { code } = books.refusal(grant({ grantKind: 'refund' }));
  assert.equal(code, 'grant_id_conflict');
});

test('a grant needs a registered asset and an expiry in the future', () => {
  const books = new DomainBooks();
  assert.deepEqual(books.refusal(grant({ asset: 'USD' })), {
    code: 'unknown_asset',
    message: 'asset USD is not registered',
    pointer: '/asset',
  });
  assert.deepEqual(books.refusal(grant({ expiresAtMs: nowMs })), {
    code: 'already_expired',
    message: 'expiresAt must be in the future: an expired grant cannot be used',
  });
  assert.equal(books.done(grant({ expiresAtMs: nowMs + 1 })).fact.kind, 'grant_made');
});

test('grants and refunds that are not used up are limited, each kind for itself', () => {
  const many = (length: number, kind: Grant['kind']) =>
    Array.from({ length }, (_, at) => exampleGrant({ id: `${kind} ${at}`, number: at + 1, kind }));
  const full = booksWith(many(grantsOpenMax, 'grant'));
  assert.deepEqual(full.refusal(grant()), {
    code: 'limit_exceeded',
    message: 'agent a has 100 grants with money left, which is the limit; void one of them',
  });
  assert.equal(full.done(grant({ grantKind: 'refund' })).fact.kind, 'grant_made');
  assert.equal(booksWith(many(grantsOpenMax - 1, 'grant')).done(grant()).fact.kind, 'grant_made');
  const refunded = booksWith(many(refundsOpenMax, 'refund'));
  const { code, message } = refunded.refusal(grant({ grantKind: 'refund' }));
  assert.equal(code, 'limit_exceeded');
  assert.match(message, /has 10000 refunds with money left/);
  assert.equal(refunded.done(grant()).fact.kind, 'grant_made');
  const almost = booksWith(many(refundsOpenMax - 1, 'refund'));
  assert.equal(almost.done(grant({ grantKind: 'refund' })).fact.kind, 'grant_made');
});

test('all grants of an agent together stay below 2^63 of the asset', () => {
  const books = booksWith([exampleGrant({ id: 'all', amount: amountMax - 10n })]);
  books.done(grant());
  assert.deepEqual(books.refusal(grant({ grantId: 'more', amount: 1n })), {
    code: 'limit_exceeded',
    message: 'agent a would be granted more than 2^63-1 in total',
  });
});

test('what is left of a grant is taken away once', () => {
  const books = new DomainBooks();
  books.done(grant());
  const first = books.done(take());
  assert.ok(first.fact.kind === 'grant_voided');
  assert.deepEqual([first.fact.amount, first.fact.available], [10n, 0n]);
  assert.equal(first.fact.owned.grant.voided, 10n);
  assert.deepEqual(
    first.changes.events.map(({ id, type }) => [id, type]),
    [['id-2-0', 'balance.exhausted']],
  );
  const again = books.done(take());
  assert.ok(again.fact.kind === 'grant_voided');
  assert.deepEqual([again.fact.amount, again.fact.available], [0n, 0n]);
  assert.equal(again.fact.owned.grant.voided, 10n);
  assert.deepEqual(changed(again.changes), {});
});

test('each event of a grant that is taken away has its own id', () => {
  const books = new DomainBooks();
  books.done(wantedBy('a', { ...prepaid, lowAt: [5n] }));
  books.done(grant());
  const { changes } = books.done(take());
  assert.deepEqual(
    changes.events.map(({ id, type }) => [id, type]),
    [
      ['id-3-0', 'balance.low'],
      ['id-3-1', 'balance.exhausted'],
    ],
  );
});

test('a grant is taken away only from its agent, and only with the amount that the caller expects', () => {
  const books = new DomainBooks();
  books.done(grant());
  const unknown = (agent: string, id: string) => ({
    code: 'not_found',
    message: `agent ${agent} has no grant ${id}`,
  });
  assert.deepEqual(books.refusal(take({ agent: 'b' })), unknown('b', 'g'));
  assert.deepEqual(books.refusal(take({ grantId: 'h' })), unknown('a', 'h'));
  assert.deepEqual(books.refusal(take({ expected: 9n })), {
    code: 'grant_changed',
    message: 'the amount that can be taken away has changed',
    amount: 10n,
  });
  assert.equal(books.done(take({ expected: 10n })).fact.kind, 'grant_voided');
});

test('an agent pays by its own policy, otherwise by that of its tenant, otherwise afterwards', () => {
  const books = new DomainBooks();
  const removed = wantedBy('a', undefined);
  const none = books.done(removed);
  assert.deepEqual(none.fact, { kind: 'billing_set', agent: 'a', policy: policyDefault, source: 'none' });
  assert.deepEqual(changed(none.changes), {});

  const ofTenant = { ...prepaid, overdraft: 3n };
  const every = books.done({ kind: 'set_default_billing', policy: ofTenant });
  assert.deepEqual(every.fact, { kind: 'default_billing_set', policy: ofTenant });
  assert.deepEqual(changed(every.changes), { policies: [{ agent: everyAgent, policy: ofTenant }] });

  const own = books.done(wantedBy('a', prepaid));
  assert.deepEqual(own.fact, { kind: 'billing_set', agent: 'a', policy: prepaid, source: 'agent' });
  assert.deepEqual(changed(own.changes), { policies: [{ agent: 'a', policy: prepaid }] });

  const again = books.done(removed);
  assert.deepEqual(again.fact, { kind: 'billing_set', agent: 'a', policy: ofTenant, source: 'tenant' });
  assert.deepEqual(changed(again.changes), { policies: [{ agent: 'a', policy: undefined }] });
  assert.deepEqual(changed(books.done(removed).changes), {});
});

test('a policy may name an asset that is registered', () => {
  const books = new DomainBooks();
  books.has({ assets: [{ code: 'USD', scale: 2 }] });
  const policy = { ...prepaid, asset: 'USD' };
  assert.equal(books.done({ kind: 'set_default_billing', policy }).fact.kind, 'default_billing_set');
  assert.equal(books.done(wantedBy('a', policy)).fact.kind, 'billing_set');
});

test('passed time is recorded while writes are paused, for the agents that the books know', () => {
  const books = new DomainBooks();
  books.done(grant());
  const passed = books.done({ kind: 'pass_time', agents: ['a', 'unknown'] }, { gate: servicePaused });
  assert.deepEqual(passed.fact, { kind: 'time_passed', agents: 1 });
});
