import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datedPriceMsMax } from './dated-price.ts';
import { pricedFrom } from './priced-from.ts';
import { inStroops, newService, priceVersionsMax, type Service, withPrice } from './service.ts';

const nowMs = 1_000_000;
const service = newService('s', inStroops(5n));

function codeOf(priced: ReturnType<typeof pricedFrom>): string | undefined {
  return 'code' in priced ? priced.code : undefined;
}

test('the date of a price must be in the future, within the limit of days ahead', () => {
  assert.deepEqual(pricedFrom(service, inStroops(6n), nowMs, nowMs), {
    code: 'invalid_date',
    message: 'effectiveFrom must be in the future',
  });
  assert.equal(codeOf(pricedFrom(service, inStroops(6n), nowMs - 1, nowMs)), 'invalid_date');
  assert.equal(codeOf(pricedFrom(service, inStroops(6n), nowMs + 1, nowMs)), undefined);
  assert.equal(codeOf(pricedFrom(service, inStroops(6n), nowMs + datedPriceMsMax, nowMs)), undefined);
  assert.deepEqual(pricedFrom(service, inStroops(6n), nowMs + datedPriceMsMax + 1, nowMs), {
    code: 'invalid_date',
    message: `effectiveFrom must be at most ${datedPriceMsMax / 86_400_000} days ahead`,
  });
});

test('a service has a limited number of price versions, and at the limit it keeps its price', () => {
  let full: Service = service;
  for (let version = 2; version <= priceVersionsMax; version += 1) {
    const next = pricedFrom(full, inStroops(BigInt(version % 2) + 6n), undefined, nowMs);
    assert.ok(!('code' in next), `version ${version}`);
    full = next;
  }
  const refused = pricedFrom(full, inStroops(99n), undefined, nowMs);
  assert.deepEqual(refused, {
    code: 'limit_exceeded',
    message: `service s has ${priceVersionsMax} price versions, which is the limit; register another service`,
  });
  assert.equal(codeOf(pricedFrom(full, inStroops(99n), nowMs + 1, nowMs)), 'limit_exceeded');
  // These books are from a time before the limit existed.
  const beyond = withPrice(full, inStroops(99n));
  assert.equal(codeOf(pricedFrom(beyond, inStroops(99n), undefined, nowMs)), undefined);
  assert.equal(codeOf(pricedFrom(beyond, inStroops(98n), undefined, nowMs)), 'limit_exceeded');
});
