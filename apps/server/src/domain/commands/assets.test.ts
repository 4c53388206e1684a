import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks } from '../../../test/harness/domain-books.ts';
import { assetsMax } from '../asset.ts';

const put = (code: string, scale: number) => ({ kind: 'put_asset', asset: { code, scale } }) as const;

test('an asset is registered once, and keeps its decimal places', () => {
  const books = new DomainBooks();
  const asset = { code: 'USD', scale: 2 };
  const first = books.done(put('USD', 2));
  assert.deepEqual(first.fact, { kind: 'asset_put', asset, isNew: true });
  assert.deepEqual(changed(first.changes), { assets: [asset] });
  const again = books.done(put('USD', 2));
  assert.deepEqual(again.fact, { kind: 'asset_put', asset, isNew: false });
  assert.deepEqual(changed(again.changes), {});
  assert.deepEqual(books.refusal(put('USD', 3)), {
    code: 'asset_conflict',
    message: 'asset USD has 2 decimal places, which cannot change; register another code',
  });
  assert.equal(books.refusal(put('XLM', 2)).code, 'asset_conflict');
  assert.equal(changed(books.done(put('XLM', 7)).changes).assets, undefined);
});

test('a tenant registers a limited number of assets', () => {
  const books = new DomainBooks();
  const assets = Array.from({ length: assetsMax - 1 }, (_, at) => ({ code: `A${at}`, scale: 2 }));
  books.has({ assets });
  books.done(put('B', 2));
  assert.deepEqual(books.refusal(put('C', 2)), {
    code: 'limit_exceeded',
    message: `a tenant has at most ${assetsMax} assets`,
  });
  assert.equal(books.done(put('B', 2)).fact.kind, 'asset_put');
});

test('an asset that is not registered is named, with the place where it was sent', () => {
  const books = new DomainBooks();
  const policy = { mode: 'prepaid', asset: 'EUR', overdraft: 0n, lowAt: [] } as const;
  const unknown = { code: 'unknown_asset', message: 'asset EUR is not registered', pointer: '/asset' };
  assert.deepEqual(books.refusal({ kind: 'set_billing', agent: 'a', policy }), unknown);
  assert.deepEqual(books.refusal({ kind: 'set_default_billing', policy }), unknown);
});
