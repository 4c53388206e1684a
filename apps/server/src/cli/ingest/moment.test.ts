import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMoment } from './moment.ts';

function moment(value: unknown, zone?: string): string {
  const read = readMoment(value, zone);
  return read.kind === 'moment' ? read.text : `refused: ${read.message}`;
}

test('times are read in the notations that tools use', () => {
  for (const [value, expected] of [
    ['2026-06-28T03:46:57.123456789Z', '2026-06-28T03:46:57.123456789Z'],
    ['2024-07-15T23:33:19.433273+00:00', '2024-07-15T23:33:19.433273+00:00'],
    ['2026-06-28 03:46:57.713', '2026-06-28T03:46:57.713Z'],
    ['2026-06-28 03:46:57+02', '2026-06-28T03:46:57+02:00'],
    ['2026-06-28 03:46:57 UTC', '2026-06-28T03:46:57Z'],
    ['2026-06-28 03:46', '2026-06-28T03:46:00Z'],
    ['2023-11-16 18:17:03.9799600', '2023-11-16T18:17:03.9799600Z'],
    ['1782618417', '2026-06-28T03:46:57Z'],
    ['1782618417.25', '2026-06-28T03:46:57.25Z'],
    ['1782618417250', '2026-06-28T03:46:57.25Z'],
    ['1782618417123456', '2026-06-28T03:46:57.123456Z'],
    ['1782618417123456789', '2026-06-28T03:46:57.123456789Z'],
  ] as const)
    assert.equal(moment(value), expected);
});

test('a time without an offset is in the given zone, even when the clocks change', () => {
  assert.equal(moment('2026-06-28 12:00:00', 'Europe/Berlin'), '2026-06-28T10:00:00Z');
  assert.equal(moment('2026-01-28 12:00:00', 'Europe/Berlin'), '2026-01-28T11:00:00Z');
  assert.equal(moment('2026-06-28 12:00:00', '-03:30'), '2026-06-28T15:30:00Z');
  // 02:30 occurs twice on the first day, and not at all on the second.
  assert.equal(moment('2026-10-25 02:30:00', 'Europe/Berlin'), '2026-10-25T00:30:00Z');
  assert.equal(moment('2026-03-29 02:30:00', 'Europe/Berlin'), '2026-03-29T01:30:00Z');
  assert.equal(moment('2026-06-28 12:00:00Z', 'Europe/Berlin'), '2026-06-28T12:00:00Z');
});

test('a date alone needs a time zone', () => {
  assert.match(moment('2026-06-28'), /^refused: .*give --timezone/);
  assert.equal(moment('2026-06-28', 'America/New_York'), '2026-06-28T04:00:00Z');
});

test('a value that is not a time is refused', () => {
  for (const bad of [
    'yesterday',
    '28.06.2026',
    '2026-02-30 00:00:00',
    '2026-06-28 25:00:00',
    '12345',
    '1'.repeat(40),
    {},
  ])
    assert.match(moment(bad), /^refused: /, String(bad));
  assert.equal(moment(''), 'refused: is empty');
});
