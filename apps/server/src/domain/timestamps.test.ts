import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantNs, timestampOfNs } from './timestamps.ts';

test('every spelling of an instant gives the same instant', () => {
  const ns = instantNs('2026-05-01T12:00:00Z');
  for (const spelled of [
    '2026-05-01T14:00:00+02:00',
    '2026-05-01T12:00:00.000000000Z',
    '2026-05-01T05:30:00-06:30',
  ]) {
    assert.equal(instantNs(spelled), ns, spelled);
  }
  assert.equal(instantNs('2026-05-01T12:00:00.000000001Z'), ns + 1n);
  assert.equal(instantNs('2026-05-01T12:00:00.1Z'), ns + 100_000_000n);
});

test('an instant is printed with as many digits as it needs', () => {
  const printed = (spelled: string) => timestampOfNs(instantNs(spelled));
  assert.equal(printed('2026-05-01T14:00:00+02:00'), '2026-05-01T12:00:00.000Z');
  assert.equal(printed('2026-05-01T12:00:00.1234567Z'), '2026-05-01T12:00:00.1234567Z');
  assert.equal(printed('1969-12-31T23:59:59.999999999Z'), '1969-12-31T23:59:59.999999999Z');
});
