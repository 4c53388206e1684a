import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BilledEntry, BillSum, type ServerBill } from '../src/core/recompute.ts';

const stroop = 10n ** 11n;
const prices = new Map([
  [1, 250n * stroop],
  [2, 9_007_199_254n * stroop],
]);

const entries: readonly BilledEntry[] = [
  { sequence: 4, requests: 100, priceVersion: null },
  { sequence: 5, requests: 1_000_000, priceVersion: 2 },
  // Reverses usage at both price versions.
  {
    sequence: 6,
    requests: -30,
    priceVersion: 2,
    reverses: {
      lines: [
        { priceVersion: null, requests: 10 },
        { priceVersion: 2, requests: 20 },
      ],
    },
  },
  { sequence: 7, requests: 0, priceVersion: 2, writesOff: {} },
];

const bill: ServerBill = {
  from: 3,
  through: 7,
  lines: [
    { priceVersion: 1, requests: 90, priceStroops: 250, amountStroops: '22500' },
    { priceVersion: 2, requests: 999_980, priceStroops: 9_007_199_254, amountStroops: '9007019110014920' },
  ],
  carriedStroops: '-500',
  billedStroops: '9007019110036920',
  carriedOnStroops: '0',
};

function recomputed(of: ServerBill, added: readonly BilledEntry[]) {
  const sum = new BillSum(of);
  // The entries are added page by page, as they arrive.
  for (const entry of added) sum.add([entry]);
  return sum.finish({ prices, unitScale: 0 });
}

test('a bill adds up from its entries, to the stroop', () => {
  assert.deepEqual(recomputed(bill, entries), {
    entries: 4,
    billed: { amount: '900701911.0036920', asset: 'XLM' },
    differences: [],
  });
});

test('a bill with tiers adds up by tier and by package, and a wrong amount in it is found', () => {
  const tiers = new Map([
    [
      2,
      [
        { price: 3n * 10n ** 18n, isOfPackages: false },
        { price: 5n * 10n ** 18n, isOfPackages: true },
      ],
    ],
  ]);
  const inTiers: readonly BilledEntry[] = [
    {
      sequence: 1,
      requests: 1_300,
      priceVersion: 2,
      tiers: [
        { tier: 1, requests: 100 },
        { tier: 2, requests: 1_200, packages: 2 },
      ],
    },
    {
      sequence: 2,
      requests: -400,
      priceVersion: 2,
      reverses: {
        lines: [{ priceVersion: 2, requests: 400, tiers: [{ tier: 2, requests: 400, packages: 1 }] }],
      },
    },
  ];
  const tierBill: ServerBill = {
    from: 0,
    through: 2,
    lines: [
      { priceVersion: 2, tier: 1, requests: 100, price: '3', amount: '300' },
      { priceVersion: 2, tier: 2, requests: 800, packages: 1, price: '5', amount: '5' },
    ],
    carriedStroops: '0',
    billedStroops: '3050000000',
    carriedOnStroops: '0',
  };
  const of = (one: ServerBill) => {
    const sum = new BillSum(one);
    sum.add(inTiers);
    return sum.finish({ prices, tiers, unitScale: 0 }).differences;
  };
  assert.deepEqual(of(tierBill), []);
  const [first, second] = tierBill.lines;
  assert.ok(first !== undefined && second !== undefined);
  const off = of({ ...tierBill, lines: [first, { ...second, packages: 2, amount: '10' }] });
  assert.deepEqual(off, [
    'packages in tier 2 of price version 2: 1 added up here, 2 on the bill',
    'amount in tier 2 of price version 2: 5.0000000 added up here, 10 on the bill',
  ]);
});

test('if the credit exceeds the usage, the bill is 0 and the rest of the credit is carried on', () => {
  const inCredit = {
    ...bill,
    from: 0,
    through: 1,
    lines: [{ priceVersion: 1, requests: 1, priceStroops: 250, amountStroops: '250' }],
    billedStroops: '0',
    carriedOnStroops: '-250',
  };
  const { differences } = recomputed(inCredit, [{ sequence: 1, requests: 1, priceVersion: 1 }]);
  assert.deepEqual(differences, []);
});

test('a bill in another asset is rounded down to its smallest part, and the rest is carried on', () => {
  const sum = new BillSum({
    from: 0,
    through: 2,
    asset: 'USD',
    lines: [{ priceVersion: 1, requests: 12_755, price: '0.15', amount: '1.91325' }],
    amount: '1.91',
    carried: '0.00',
    remainder: '0.001',
    carriedOn: '0.00',
    remainderOn: '0.00425',
  });
  sum.add([
    { sequence: 1, requests: 12_750, priceVersion: 1 },
    { sequence: 2, requests: 5, priceVersion: 1 },
  ]);
  // The quantity is 12.755 units, counted in thousandths.
  const found = sum.finish({ prices: new Map([[1, 15n * 10n ** 16n]]), unitScale: 3 });
  assert.deepEqual(found, { entries: 2, billed: { amount: '1.91', asset: 'USD' }, differences: [] });
});

const prepaid: ServerBill = {
  from: 0,
  through: 3,
  lines: [{ priceVersion: 1, requests: 30, priceStroops: 250, amountStroops: '7500' }],
  carriedStroops: '0',
  billedStroops: '2500',
  carriedOnStroops: '0',
  prepaid: { cost: '0.00075', paid: '0.0005' },
};
const drawn: readonly BilledEntry[] = [
  { sequence: 1, requests: 10, priceVersion: 1 },
  { sequence: 2, requests: 40, priceVersion: 1, drawn: '0.001' },
  {
    sequence: 3,
    requests: -20,
    priceVersion: 1,
    reverses: { lines: [{ priceVersion: 1, requests: 20 }] },
    drawn: '-0.0005',
  },
];

test('money drawn from a balance is not billed again, and money that a reversal returned to it is subtracted', () => {
  assert.deepEqual(recomputed(prepaid, drawn), {
    entries: 3,
    billed: { amount: '0.0002500', asset: 'XLM' },
    differences: [],
  });
});

test('each fault of a bill is reported', () => {
  const [line, other] = bill.lines;
  assert.ok(line && other);
  const wrong: readonly (readonly [of: ServerBill, added: readonly BilledEntry[], message: RegExp])[] = [
    [bill, entries.slice(1), /not 4 to 7, each once/],
    [bill, [...entries.slice(0, 3), ...entries.slice(2, 3)], /not 4 to 7, each once/],
    [{ ...bill, billedStroops: '9007019110036921' }, entries, /^bill: .* on the bill$/],
    [{ ...bill, carriedOnStroops: '-1' }, entries, /credit that is carried on/],
    [{ ...bill, lines: [line] }, entries, /requests at price version 2: 999980 added up here, 0/],
    [{ ...bill, lines: [{ ...line, priceStroops: 251 }, other] }, entries, /price of version 1/],
    [{ ...bill, lines: [{ ...line, amountStroops: '22501' }, other] }, entries, /amount at price version 1/],
    [{ ...prepaid, prepaid: { cost: '0.00075', paid: '0.0006' } }, drawn, /^paid from the balance/],
    [{ ...prepaid, prepaid: { cost: '0.0008', paid: '0.0005' } }, drawn, /^cost of the usage/],
    [{ ...prepaid, prepaid: undefined }, drawn, /^paid from the balance/],
    [prepaid, drawn.slice(0, 2), /not 1 to 3, each once/],
    [bill, [...entries.slice(0, 3), { sequence: 7, requests: 1, priceVersion: 3 }], /price version 3 is not/],
  ];
  for (const [of, added, message] of wrong) {
    const { differences } = recomputed(of, added);
    assert.ok(
      differences.some((one) => message.test(one)),
      `${message}: ${differences.join('; ')}`,
    );
  }
});
