import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../harness/seeded-random.ts';
import { type HeldPart, openGrantsMax, PrepaidMoney } from './prepaid-money.ts';

function grants(count: number, stroops = 1n): PrepaidMoney {
  let money = new PrepaidMoney();
  for (let number = 0; number < count; number++) money = money.granted(stroops);
  return money;
}

test('a balance is full at the limit of grants with money left, until one of them is used up', () => {
  assert.equal(grants(openGrantsMax - 1).isFull, false);
  const full = grants(openGrantsMax, 2n);
  assert.equal(full.isFull, true);
  assert.equal(full.drawn(1n).isFull, true);
  assert.equal(full.drawn(2n).isFull, false);
});

test('a grant whose money is reserved counts as open until the reservation is captured', () => {
  const { money, parts } = grants(openGrantsMax).reserved(1n);
  assert.equal(money.isFull, true);
  assert.equal(money.captured(parts, 0n).isFull, true);
  assert.equal(money.captured(parts, 1n).isFull, false);
});

test('a capture draws first what it reserved, then what is free', () => {
  const { money, parts } = grants(3, 10n).reserved(15n);
  assert.equal(String(money), '1:0+10,2:5+5,3:10+0');
  assert.equal(String(money.captured(parts, 12n)), '2:8+0,3:10+0');
  assert.equal(String(money.captured(parts, 21n)), '3:9+0');
  assert.equal(String(money.captured(parts, 0n)), '1:10+0,2:10+0,3:10+0');
});

test('money is neither made nor lost by reservations and captures', (t) => {
  const random = seededRandom(t);
  let money = new PrepaidMoney();
  let expected = 0n;
  const held: (readonly HeldPart[])[] = [];
  for (let step = 0; step < 2_000; step++) {
    const amount = BigInt(1 + random.below(9));
    const parts = held[0];
    const kind = random.below(4);
    if (kind === 0) {
      money = money.granted(amount);
      expected += amount;
    } else if (kind === 1 && money.available >= amount) {
      money = money.drawn(amount);
      expected -= amount;
    } else if (kind === 2 && money.available >= amount) {
      const reserved = money.reserved(amount);
      money = reserved.money;
      held.push(reserved.parts);
    } else if (parts !== undefined && money.available >= amount) {
      held.shift();
      money = money.captured(parts, amount);
      expected -= amount;
    }
    assert.equal(money.available + money.held, expected);
  }
});
