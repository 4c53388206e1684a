import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { exampleGrant } from '../../../test/harness/example-money.ts';
import { emptyBalance } from '../balance.ts';
import { policyDefault } from '../billing.ts';
import { holdsOpenMax } from '../hold.ts';
import { amountOfStroop } from '../money.ts';
import { servicePaused } from '../pause.ts';
import type { CreateHold } from './holds.ts';

const cost = (requests: bigint) => requests * 7n * amountOfStroop;
const { nowMs } = new DomainBooks();
const hold = exampleOf<'create_hold'>({
  kind: 'create_hold',
  agent: 'a',
  serviceId: 's',
  wanted: { kind: 'use', requests: 3 },
  expiresInMs: 1_000,
  holdId: 'h',
});
const capture = exampleOf<'capture_hold'>({
  kind: 'capture_hold',
  holdId: 'h',
  requests: 2,
  usageId: 'u',
  occurredAtNs: undefined,
});
const release = { kind: 'release_hold', holdId: 'h' } as const;
const extend = exampleOf<'extend_hold'>({ kind: 'extend_hold', holdId: 'h', expiresInMs: 5_000 });
const byAmount = (amount: bigint) => ({ kind: 'amount', amount }) as const;

/** A service at 7 stroops, and an agent that pays afterwards. */
function postpaid(): DomainBooks {
  const books = new DomainBooks();
  books.hasServices('s', 'other');
  return books;
}

/** The same with an agent that has money for 10 uses. */
function prepaid(): DomainBooks {
  const books = postpaid();
  const policy = { ...policyDefault, mode: 'prepaid' } as const;
  books.has({ policies: [{ agent: 'a', policy }] });
  const [grant] = [exampleGrant({ id: 'g', amount: cost(10n) })];
  const balance = { ...emptyBalance('a', 'XLM'), grants: 1, granted: grant.amount, open: [grant] };
  books.has({ balances: [balance], grants: [{ agent: 'a', asset: 'XLM', grant }] });
  return books;
}

test('a hold that is sent again is answered as the first time, also while writes are paused', () => {
  const books = prepaid();
  const first = books.done(hold());
  assert.ok(first.fact.kind === 'hold_made');
  assert.equal(first.fact.available, cost(7n));
  books.done(hold({ holdId: 'second', wanted: byAmount(cost(1n)) }));
  const again = books.done(hold(), { gate: servicePaused });
  assert.deepEqual(again.fact, { kind: 'hold_known', hold: first.fact.hold, available: cost(6n) });
  assert.deepEqual(changed(again.changes), {});
  const second = books.done(hold({ holdId: 'second', wanted: byAmount(cost(1n)) }));
  assert.equal(second.fact.kind, 'hold_known');
  assert.deepEqual(books.refusal(hold({ holdId: 'new' }), { gate: servicePaused }), servicePaused);
});

test('an id that was held is not held again with other members', () => {
  const books = prepaid();
  books.done(hold());
  books.done(hold({ holdId: 'of amount', wanted: byAmount(cost(1n)) }));
  const others: readonly Partial<CreateHold>[] = [
    { agent: 'b' },
    { serviceId: 'other' },
    { wanted: { kind: 'use', requests: 4 } },
    { wanted: { kind: 'use', requests: 0, quantity: 1n } },
    { wanted: byAmount(cost(3n)) },
    { holdId: 'of amount', wanted: byAmount(cost(2n)) },
    { holdId: 'of amount', wanted: { kind: 'use', requests: 1 } },
  ];
  for (const other of others) {
    assert.deepEqual(books.refusal(hold(other)), {
      code: 'hold_id_conflict',
      message: 'this id was held with another agent, service, number of requests or amount',
    });
  }
});

test('money can be held only for a service that has a price', () => {
  const unpriced = {
    code: 'service_unpriced',
    message: 'service new has no price, so the server cannot draw or hold money for it',
  };
  assert.deepEqual(prepaid().refusal(hold({ serviceId: 'new', wanted: byAmount(1n) })), unpriced);
  assert.deepEqual(postpaid().refusal(hold({ serviceId: 'new' })), unpriced);
  const { fact } = postpaid().done(hold({ serviceId: 'new', wanted: byAmount(1n) }));
  assert.equal(fact.kind, 'hold_made');
});

test('the open holds of a balance are limited', () => {
  const books = postpaid();
  books.has({ balances: [{ ...emptyBalance('a', 'XLM'), openHolds: holdsOpenMax - 1 }] });
  books.done(hold());
  assert.deepEqual(books.refusal(hold({ holdId: 'more' })), {
    code: 'limit_exceeded',
    message: 'agent a has 10000 open holds, which is the limit',
  });
});

test('a hold of an amount counts for limits as many requests as the amount pays for', () => {
  const books = postpaid();
  books.done({
    kind: 'set_limit',
    name: 'budget',
    agent: undefined,
    serviceId: undefined,
    apiKeyPrefix: undefined,
    asset: undefined,
    window: 'day',
    max: 3_000_000n,
    action: 'refuse',
    notifyAt: [],
  });
  const { fact } = books.done(hold({ wanted: byAmount(cost(2n) + 1n) }));
  assert.ok(fact.kind === 'hold_made');
  assert.equal(fact.hold.counted?.quantity, 2_000_000n);
  assert.equal(books.refusal(hold({ holdId: 'more', wanted: byAmount(cost(2n)) })).code, 'limit_reached');
  assert.equal(books.done(hold({ holdId: 'last', wanted: byAmount(cost(1n)) })).fact.kind, 'hold_made');
});

test('a capture that is sent again is answered as the first time, also while writes are paused', () => {
  const books = prepaid();
  books.done(hold());
  const first = books.done(capture());
  assert.ok(first.fact.kind === 'hold_captured');
  const { hold: captured, entryId } = first.fact;
  assert.equal(captured.captured, cost(2n));
  const again = books.done(capture(), { gate: servicePaused });
  assert.deepEqual(again.fact, { kind: 'capture_known', hold: captured, entryId, total: 2 });
  assert.deepEqual(changed(again.changes), {});
  assert.deepEqual(books.refusal(capture({ usageId: 'v' }), { gate: servicePaused }), servicePaused);
});

test('a usage id that was recorded is not captured again with other usage, or by another hold', () => {
  const books = prepaid();
  books.done(hold());
  books.done(hold({ holdId: 'second' }));
  books.done(capture());
  for (const other of [{ requests: 3 }, { holdId: 'second' }]) {
    const { code } = books.refusal(capture(other));
    assert.equal(code, 'usage_id_conflict');
  }
});

test('the end of a hold ends the part of an expired grant, and every event of it has its own id', () => {
  const grants = Array.from({ length: 60 }, (_, at) =>
    exampleGrant({ id: `g${at}`, number: at + 1, amount: cost(1n), expiresAtMs: nowMs + 500 }),
  );
  const balance = { ...emptyBalance('a', 'XLM'), grants: 60, granted: cost(60n), open: grants };
  const held = () => {
    const books = prepaid();
    books.has({ balances: [balance], grants: grants.map((grant) => ({ agent: 'a', asset: 'XLM', grant })) });
    books.done(hold({ wanted: { kind: 'use', requests: 60 } }));
    return books;
  };
  const later = { nowMs: nowMs + 800 };
  const released = held().done(release, later).changes.events;
  assert.deepEqual(
    [released.length, released[0]?.type, released[1]?.type],
    [61, 'hold.released', 'grant.expired'],
  );
  const captured = held().done(capture({ requests: 1 }), later).changes.events;
  const types = captured.map(({ type }) => type).filter((type) => type === 'grant.expired');
  assert.equal(types.length, 59);
  for (const events of [released, captured]) {
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  }
});

test('a hold is extended from now on, and never made shorter', () => {
  const books = postpaid();
  books.done(hold());
  const longer = books.done(extend());
  assert.ok(longer.fact.kind === 'hold_extended');
  assert.equal(longer.fact.hold.expiresAtMs, nowMs + 5_000);
  assert.deepEqual(changed(longer.changes), { holds: [longer.fact.hold] });
  const shorter = books.done(extend({ expiresInMs: 1 }));
  assert.deepEqual(shorter.fact, longer.fact);
  assert.deepEqual(changed(shorter.changes), {});
});

test('a hold that has ended says how', () => {
  const captured = prepaid();
  captured.done(hold());
  captured.done(capture());
  const released = prepaid();
  released.done(hold());
  released.done(release);
  const { fact } = prepaid().done(hold());
  assert.ok(fact.kind === 'hold_made');
  const lapsed = prepaid();
  lapsed.has({ holds: [{ ...fact.hold, state: 'lapsed', endedAtMs: nowMs }] });
  const cases = [
    [captured, 'captured for 0.0000014'],
    [released, 'released'],
    [lapsed, 'not captured in its time'],
  ] as const;
  for (const [books, words] of cases) {
    for (const command of [release, extend()]) {
      const { code, message } = books.refusal(command);
      assert.deepEqual([code, message], ['hold_ended', `hold h has ended: it was ${words}`]);
    }
  }
  assert.equal(captured.refusal(capture({ usageId: undefined })).code, 'hold_ended');
  assert.equal(lapsed.done(capture()).fact.kind, 'hold_captured');
});

test('a hold that does not exist is named', () => {
  for (const command of [release, extend(), capture()]) {
    assert.deepEqual(postpaid().refusal(command), { code: 'not_found', message: 'no hold has the id h' });
  }
});
