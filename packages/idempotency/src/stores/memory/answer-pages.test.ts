import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredAnswer } from '../../core/store.ts';
import { AnswerPages, answerBytes } from './answer-pages.ts';

const answer = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
  // Larger than the largest answer that shares a page.
  fc.integer({ min: 30_000, max: 600_000 }).map((length) => 'ż'.repeat(length / 2)),
);

test('each answer is given back as it was put, however many others are put and dropped between', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(answer, fc.nat()), { maxLength: 200 }), (steps) => {
      const pages = new AnswerPages();
      const kept: { readonly place: number; readonly answer: StoredAnswer }[] = [];
      for (const [put, seed] of steps) {
        kept.push({ place: pages.put(put, answerBytes(put)), answer: put });
        if (seed % 3 === 0) continue;
        const [dropped] = kept.splice(seed % kept.length, 1);
        if (dropped !== undefined) assert.equal(pages.drop(dropped.place), answerBytes(dropped.answer));
      }
      for (const { place, answer: expected } of kept) assert.deepEqual(pages.get(place), expected);
      assert.equal(new Set(kept.map(({ place }) => place)).size, kept.length);
    }),
    { numRuns: 100 },
  );
});

test('bytes that are given back are a copy', () => {
  const pages = new AnswerPages();
  const place = pages.put(Uint8Array.of(1, 2, 3), 3);
  const given = pages.get(place);
  assert.ok(given instanceof Uint8Array);
  given.fill(9);
  assert.deepEqual(pages.get(place), Uint8Array.of(1, 2, 3));
});

test('pages with few answers left count as sparse; a page is free when its last answer is dropped', () => {
  const pages = new AnswerPages();
  const text = 'x'.repeat(1000);
  const places = Array.from({ length: 10_000 }, () => pages.put(text, 1000));
  assert.equal(pages.isSparse, false);
  for (const [at, place] of places.entries()) if (at % 200 !== 0) pages.drop(place);
  assert.equal(pages.isSparse, true);
  for (const [at, place] of places.entries()) if (at % 200 === 0) pages.drop(place);
  assert.equal(pages.isSparse, false);
});
