import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { BodyParts } from './body-parts.ts';

/** Parts of these lengths, filled with increasing bytes. */
function partsOf(lengths: Iterable<number>): { readonly parts: BodyParts; readonly sent: Buffer } {
  const parts = new BodyParts();
  const sent: Buffer[] = [];
  let next = 0;
  for (const length of lengths) {
    const part = Buffer.from(Array.from({ length }, () => next++ % 251));
    sent.push(Buffer.from(part));
    parts.add(part);
  }
  return { parts, sent: Buffer.concat(sent) };
}

test('a body of single bytes is kept in few objects, whole and in its order', () => {
  const { parts, sent } = partsOf(Array.from({ length: 300_000 }, () => 1));
  assert.equal(parts.bytes, 300_000);
  assert.ok(parts.kept <= 16 + 6, `${parts.kept} objects`);
  assert.ok(parts.whole().equals(sent));
});

test('small and large parts are kept in the order in which they came', () => {
  const lengths = Array.from(
    { length: 400 },
    (_, number) => [1, 5_000, 17, 4_095, 4_096, 30_000][number % 6] ?? 0,
  );
  const { parts, sent } = partsOf(lengths);
  assert.ok(parts.whole().equals(sent));
});

test('a body of one part, or of none, is that part', () => {
  assert.equal(partsOf([]).parts.whole().length, 0);
  const { parts, sent } = partsOf([80]);
  assert.equal(parts.kept, 1);
  assert.ok(parts.whole().equals(sent));
});
