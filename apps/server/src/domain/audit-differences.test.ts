import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clear,
  type Fraud,
  findingIn,
  ofAccount,
  ofBill,
  ofBillLines,
  ofEntry,
  ofLines,
  price,
  reverse,
  settle,
  testEach,
  use,
  writeOff,
} from '../../test/harness/account-frauds.ts';
import { amountOfStroop } from './money.ts';
import { inStroops } from './service.ts';

/** Two uses, a bill, a part of one taken back, another price, a clearing, a credit, its write-off, and another use. */
const flat = [
  use(3),
  use(5),
  settle,
  reverse('id-3-0', 2),
  price(inStroops(9n)),
  use(4),
  clear,
  settle,
  writeOff,
  use(6),
];

testEach('an audit of an account names each total that differs from its entries', flat, [
  [ofAccount(() => ({ sequence: 8 })), 'the account counts 8 entries', 'alone'],
  [ofAccount(() => ({ settlements: 3 })), 'the account counts 3 settlements', 'alone'],
  [ofAccount(() => ({ settledThrough: 3 })), 'settledThrough is not where the last bill ended', 'alone'],
  [ofAccount(() => ({ recordedRequests: 3 })), 'recorded requests differ from the entries', 'alone'],
  [ofAccount(() => ({ reversedRequests: 3 })), 'reversed requests differ from the entries', 'alone'],
  [
    ofAccount(() => ({ clearedThrough: 3 })),
    'clearedThrough is not where the last reversal of a range ended',
    'alone',
  ],
  [ofAccount(() => ({ carriedStroops: -3n })), 'what is carried differs from the bills', 'with others'],
  [ofAccount(() => ({ remainder: 3n })), 'the remainder differs from the bills', 'with others'],
  [ofAccount(() => ({ settledRequests: 3 })), 'settled requests differ from the bills', 'alone'],
  [ofAccount(() => ({ settledStroops: 3n })), 'settled stroops differ from the bills', 'alone'],
  [ofAccount(() => ({ paid: 3n })), 'what was paid from the balance differs from the entries', 'alone'],
  [ofAccount(() => ({ settledPaid: 3n })), 'what bills state as paid differs from the entries', 'alone'],
  [ofAccount(({ lines }) => ({ lines: lines.slice(0, 1) })), 'there are lines without entries', 'alone'],
  [ofLines(() => ({ recordedRequests: 1 })), 'line 1: recorded differs from the entries', 'with others'],
  [ofLines(() => ({ reversedRequests: 1 })), 'line 1: reversed differs from the entries', 'with others'],
  [ofLines(() => ({ settledRequests: 1 })), 'line 1: settled differs from the bills', 'with others'],
  [ofLines(() => ({ price: 1n })), 'line 1: the price differs', 'with others'],
]);

testEach('an audit names each entry that does not follow from those before it', flat, [
  [ofEntry(2, () => ({ sequence: 7 })), 'entry id-3-0 is not number 2', 'with others'],
  [ofEntry(2, () => ({ lineRequests: 7 })), 'entry id-3-0 carries a wrong sum of its line', 'alone'],
  [ofEntry(2, () => ({ requests: 0, lineRequests: 3 })), 'entry id-3-0 is of no requests', 'with others'],
  [
    ofEntry(2, () => ({ priceVersion: 9, lineRequests: 5 })),
    'entry id-3-0 has price version 9, which does not exist',
    'with others',
  ],
  [
    ofEntry(7, () => ({ priceVersion: 1, lineRequests: 14 })),
    'entry id-11-0 has an older price than one before it',
    'with others',
  ],
  [ofEntry(2, () => ({ paidAfter: 7n })), 'entry id-3-0 carries a wrong sum of what was drawn', 'alone'],
  [
    ofEntry(2, () => ({ drawn: 7n })),
    'entry id-3-0 was drawn for another amount than it costs',
    'with others',
  ],
  [
    ofEntry(5, () => ({ priceVersion: 1, lineRequests: 8 })),
    'reversal id-8-0 is not at its latest price version',
    'alone',
  ],
  [ofEntry(3, () => ({ requests: -1 })), 'reversal id-5-0 is not the sum of its lines', 'alone'],
  [
    ofEntry(6, () => ({ priceVersion: 1, lineRequests: 8 })),
    'write-off id-10-1 does not have the last price version',
    'alone',
  ],
  [ofEntry(6, () => ({ requests: 1 })), 'write-off id-10-1 has requests', 'alone'],
  [
    ofEntry(6, ({ writeOff: off }) => ({ writeOff: off && { ...off, stroops: 13n } })),
    'write-off id-10-1 is not the credit that the last settlement left',
    'with others',
  ],
]);

testEach('an audit names each bill that does not follow from its entries and the bill before it', flat, [
  [ofBill(1, () => ({ number: 7 })), 'settlement id-4-0 is not number 1', 'alone'],
  [ofBill(2, () => ({ from: 1 })), 'settlement id-9-0 does not begin where the last ended', 'alone'],
  [
    ofBill(1, () => ({ paid: 7n })),
    'settlement id-4-0 states another amount as paid from the balance',
    'with others',
  ],
  [
    ofBill(1, () => ({ carriedStroops: -1n, billedStroops: 55n })),
    'settlement id-4-0 does not carry what the last one left',
    'with others',
  ],
  [
    ofBill(1, () => ({ remainder: 7n })),
    'settlement id-4-0 does not take the remainder of the last one',
    'with others',
  ],
  [
    ofBill(1, () => ({ billedStroops: 57n })),
    'settlement id-4-0 is not the sum of its lines and what was carried',
    'with others',
  ],
  [
    ofBill(1, () => ({ requests: 7 })),
    'settlement id-4-0: its requests are not those of its lines',
    'with others',
  ],
  [ofBillLines(() => ({ price: 1n })), 'settlement id-4-0: line 1 is not what its entries cost', 'alone'],
  [
    ofBillLines(({ amount }) => ({ amount: amount + 1n })),
    'settlement id-4-0: line 1 is not what its entries cost',
    'with others',
  ],
  [
    ofBillLines(() => ({ requests: 9 })),
    'settlement id-4-0: line 1 is not what its entries cost',
    'with others',
  ],
  [ofBill(1, () => ({ lines: [] })), 'settlement id-4-0 leaves out entries of its range', 'with others'],
]);

const drawn = [use(3), use(5), settle, reverse('id-2-0', 2), use(4), clear, settle, use(6)];

testEach(
  'an audit names each entry and bill that was paid with another amount than it cost',
  drawn,
  [
    [
      ofEntry(1, () => ({ drawn: 20n * amountOfStroop })),
      'entry id-2-0 was drawn for another amount than it costs',
      'with others',
    ],
    [
      ofEntry(1, () => ({ drawn: undefined })),
      'entry id-2-0 carries a wrong sum of what was drawn',
      'with others',
    ],
    [
      ofEntry(1, () => ({ paidAfter: 20n * amountOfStroop })),
      'entry id-2-0 carries a wrong sum of what was drawn',
      'alone',
    ],
    [
      ofEntry(3, () => ({ drawn: -13n * amountOfStroop })),
      'reversal id-5-0 does not return what was drawn',
      'with others',
    ],
    [
      ofEntry(3, () => ({ drawn: undefined })),
      'reversal id-5-0 does not return what was drawn',
      'with others',
    ],
    [
      ofEntry(5, () => ({ drawn: -27n * amountOfStroop })),
      'reversal id-7-0 does not return what was drawn',
      'with others',
    ],
    [
      ofBill(2, () => ({ paid: 0n })),
      'settlement id-8-0 states another amount as paid from the balance',
      'with others',
    ],
  ],
  true,
);

test('an audit computes the sums of an account again', () => {
  const inXlm = { asset: 'XLM', assetScale: 7, writtenOffStroops: 0n, differences: [] };
  const ofStroops = (stroops: bigint) => stroops * amountOfStroop;
  const unchanged: Fraud = (history) => history;
  assert.deepEqual(findingIn(drawn, unchanged, true), {
    ...inXlm,
    entries: 6,
    settlements: 2,
    recordedRequests: 18,
    recorded: ofStroops(126n),
    reversedRequests: 6,
    reversed: ofStroops(42n),
    settledRequests: 6,
    settledStroops: 0n,
    paid: ofStroops(84n),
  });
  assert.deepEqual(findingIn(flat, unchanged), {
    ...inXlm,
    entries: 7,
    settlements: 2,
    recordedRequests: 18,
    recorded: ofStroops(8n * 7n + 10n * 9n),
    reversedRequests: 6,
    reversed: ofStroops(2n * 7n + 4n * 9n),
    writtenOffStroops: 14n,
    settledRequests: 6,
    settledStroops: 56n,
    paid: 0n,
  });
});
