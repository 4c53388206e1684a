import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './account.ts';
import { inXlm } from './asset.ts';
import { amountOfStroop, priceOfStroops, stroopsIn, stroopsMax } from './money.ts';
import type { BillLine, Quote } from './quote.ts';
import { settleOn } from './settlement.ts';

function line(priceVersion: number, stroops: bigint): BillLine {
  return { priceVersion, requests: 1, price: priceOfStroops(1n), amount: stroops * amountOfStroop };
}

function quote(...lines: readonly BillLine[]): Quote {
  const billedStroops = lines.reduce((sum, { amount }) => sum + stroopsIn(amount), 0n);
  return {
    agent: 'a',
    serviceId: 's',
    unitScale: 0,
    ...inXlm,
    from: 0,
    through: 2,
    requests: lines.length,
    lines,
    carriedStroops: 0n,
    remainder: 0n,
    paid: 0n,
    billedStroops,
    carriedOnStroops: 0n,
    remainderOn: 0n,
    price: priceOfStroops(1n),
  };
}

test('each line of a bill stays within 64 bits, even if another line offsets it', () => {
  const account = emptyAccount('a', 's');
  const settled = (...lines: readonly BillLine[]) => settleOn(account, quote(...lines), undefined, 'id', 0);
  assert.equal(settled(line(1, stroopsMax + 1n), line(2, -5n)), undefined);
  assert.equal(settled(line(1, stroopsMax), line(2, -5n))?.settlement.billedStroops, stroopsMax - 5n);
});

test('a payment from a balance is settled together with the usage that it paid for', () => {
  const account = { ...emptyAccount('a', 's'), settledPaid: 5n, settledRequests: 3, settlements: 2 };
  const settled = settleOn(account, { ...quote(line(1, 8n)), paid: 2n, remainderOn: 4n }, undefined, 'id', 9);
  assert.ok(settled !== undefined);
  const { settledPaid, settledRequests, settlements, remainder, settledThrough } = settled.account;
  assert.deepEqual([settledPaid, settledRequests, settlements, remainder, settledThrough], [7n, 4, 3, 4n, 2]);
  assert.deepEqual([settled.settlement.number, settled.settlement.settledAtMs], [3, 9]);
});

test('all bills of an account together stay within 64 bits', () => {
  const account = { ...emptyAccount('a', 's'), settledStroops: stroopsMax - 7n };
  assert.equal(settleOn(account, quote(line(1, 8n)), undefined, 'id', 0), undefined);
  assert.equal(settleOn(account, quote(line(1, 7n)), undefined, 'id', 0)?.account.settledStroops, stroopsMax);
});
