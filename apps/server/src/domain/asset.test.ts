import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountOfAtoms, roundToAtoms } from './amount.ts';
import { assetsWith, atomOf, atomsIn, isXlm, xlm } from './asset.ts';
import { OtherAssets, onlyStroops } from './asset-sums.ts';

const inUsd = { asset: 'USD', assetScale: 2 };
const inEur = { asset: 'EUR', assetScale: 4 };

test('an atom of an asset is 10^-scale of it', () => {
  assert.equal(atomOf(7), 100_000_000_000n);
  assert.equal(atomOf(0), 10n ** 18n);
  assert.equal(atomOf(12), 1_000_000n);
  assert.equal(amountOfAtoms(3n, 2), 3n * atomOf(2));
});

test('whole atoms of an amount are rounded down, below 0 too', () => {
  const atom = atomOf(2);
  for (const [amount, atoms] of [
    [0n, 0n],
    [atom, 1n],
    [atom - 1n, 0n],
    [atom + 1n, 1n],
    [-1n, -1n],
    [-atom, -1n],
    [-atom - 1n, -2n],
  ] as const) {
    assert.equal(atomsIn(amount, 2), atoms, String(amount));
  }
});

test('a bill is rounded towards 0, and its rest has the same sign', () => {
  assert.deepEqual(roundToAtoms(atomOf(2) * 5n + 7n, 2), { atoms: 5n, remainder: 7n });
  assert.deepEqual(roundToAtoms(atomOf(2) * -5n - 7n, 2), { atoms: -5n, remainder: -7n });
});

test('the assets of a tenant are those that it registered and XLM, by their codes', () => {
  const registered = [
    { code: 'ZAR', scale: 2 },
    { code: 'EUR', scale: 4 },
  ];
  assert.deepEqual(
    assetsWith(registered).map(({ code }) => code),
    ['EUR', 'XLM', 'ZAR'],
  );
  assert.deepEqual(assetsWith([]), [xlm]);
  assert.deepEqual([isXlm({ asset: 'XLM' }), isXlm({ asset: 'USD' })], [true, false]);
});

test('sums are kept separately for each asset other than XLM', () => {
  const sums = new OtherAssets();
  sums.add(inUsd, { billed: 5n, disabled: 2n });
  sums.add({ asset: 'XLM', assetScale: 7 }, { billed: 1_000n });
  sums.add(inEur, { settled: 7n });
  sums.add(inUsd, { billed: 3n, credit: 4n });
  sums.add(inUsd, { settled: 9n, disabled: 1n, credit: 6n });
  assert.deepEqual(sums.list, [
    { ...inEur, billed: 0n, disabled: 0n, credit: 0n, settled: 7n },
    { ...inUsd, billed: 8n, disabled: 3n, credit: 10n, settled: 9n },
  ]);
  sums.add({ asset: 'BRL', assetScale: 2 }, {});
  sums.add({ asset: 'GBP', assetScale: 2 }, {});
  assert.deepEqual(
    sums.list.map(({ asset }) => asset),
    ['BRL', 'EUR', 'GBP', 'USD'],
  );
  assert.deepEqual([onlyStroops({ asset: 'XLM' }, 8n), onlyStroops(inUsd, 8n)], [8n, 0n]);
});
