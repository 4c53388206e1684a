import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './account.ts';
import { inXlm } from './asset.ts';
import { writeOffOn } from './credit.ts';

const writeOff = { kind: 'write_off', stroops: 40n, reason: 'r' } as const;

test('a credit that is written off is no longer carried, and its entry records what was paid', () => {
  const account = {
    ...emptyAccount('a', 's', 2),
    sequence: 3,
    carriedStroops: -100n,
    recordedRequests: 9,
    settledRequests: 4,
  };
  const made = { id: 'id', recordedAtMs: 7 };
  const { account: after, entry } = writeOffOn(account, inXlm, made, writeOff);
  assert.deepEqual(after, { ...account, sequence: 4, carriedStroops: -60n });
  assert.equal(entry.sequence, 4);
  assert.equal(entry.requests, 0);
  assert.equal(entry.outstandingAfter, 5);
  assert.deepEqual([entry.priceVersion, entry.lineRequests, entry.paidAfter], [0, 0, undefined]);
  assert.equal(writeOffOn({ ...account, paid: 5n }, inXlm, made, writeOff).entry.paidAfter, 5n);
  assert.equal(writeOffOn({ ...account, paid: -5n }, inXlm, made, writeOff).entry.paidAfter, -5n);
});
