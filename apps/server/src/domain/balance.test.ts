// The order in which grants are drawn, and the limits of a balance.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleGrant, exampleHold } from '../../test/harness/example-money.ts';
import { amountMax } from './amount.ts';
import { byDrawOrder, emptyBalance, type Grant, hasRoomFor, isExpired, refundPriority } from './balance.ts';
import { hasLapsed } from './hold.ts';

function grant(number: number, priority = 0, expiresAtMs?: number): Grant {
  return exampleGrant({ number, priority, expiresAtMs });
}

test('grants are drawn by priority, then by expiry, then by age, and a refund before all', () => {
  const inOrder = [
    grant(9, refundPriority),
    grant(5, 0, 100),
    grant(1, 0, 200),
    grant(3, 0, 200),
    grant(2, 0),
    grant(4, 0),
    grant(6, 1, 50),
    grant(7, 2),
  ];
  for (const mixed of [inOrder.toReversed(), inOrder, [...inOrder.slice(4), ...inOrder.slice(0, 4)]]) {
    assert.deepEqual(
      mixed.toSorted(byDrawOrder).map(({ number }) => number),
      inOrder.map(({ number }) => number),
    );
  }
  assert.equal(byDrawOrder(grant(1), grant(1)), 0);
});

test('a grant has expired, and a hold has lapsed, from their very moment on', () => {
  assert.deepEqual(
    [99, 100, 101].map((nowMs) => isExpired(grant(1, 0, 100), nowMs)),
    [false, true, true],
  );
  assert.equal(isExpired(grant(1), Number.MAX_SAFE_INTEGER), false);
  assert.deepEqual(
    [99, 100, 101].map((nowMs) => hasLapsed(exampleHold({ expiresAtMs: 100 }), nowMs)),
    [false, true, true],
  );
  assert.equal(hasLapsed(exampleHold({ expiresAtMs: 100, state: 'captured' }), 101), false);
});

test('the grants and refunds of a balance come to at most the greatest amount', () => {
  const balance = { ...emptyBalance('a', 'XLM'), granted: amountMax - 10n, refunded: 3n };
  assert.equal(hasRoomFor(balance, 7n), true);
  assert.equal(hasRoomFor(balance, 8n), false);
});
