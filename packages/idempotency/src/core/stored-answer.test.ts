import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnswerCipher } from './answer-cipher.ts';
import type { KeptHeader, KeptResponse } from './kept-response.ts';
import type { StoredAnswer } from './store.ts';
import { decodeAnswer, encodeAnswer } from './stored-answer.ts';

const header = fc.tuple(
  fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
  fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
) satisfies fc.Arbitrary<KeptHeader>;
const response: fc.Arbitrary<KeptResponse> = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  headers: fc.array(header, { maxLength: 5 }),
  body: fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()),
});
const slot = { scope: 'a'.repeat(32), key: 'b'.repeat(32) };
const bytesOf = (body: string | Uint8Array) => Buffer.from(body as string);

/** The form in which a database returns it. */
function asBytes(stored: StoredAnswer): Uint8Array {
  return typeof stored === 'string' ? Buffer.from(stored) : stored;
}

test('any answer is decoded unchanged, as text and as bytes, in the clear and encrypted', () => {
  const cipher = new AnswerCipher([{ id: 'k1', secret: new Uint8Array(32).fill(7) }]);
  fc.assert(
    fc.property(response, (answer) => {
      const stored = encodeAnswer(answer);
      for (const form of [stored, asBytes(stored), cipher.open(cipher.seal(stored, slot), slot)]) {
        const back = decodeAnswer(form);
        assert.deepEqual([back.status, back.headers], [answer.status, answer.headers]);
        assert.deepEqual(bytesOf(back.body), bytesOf(answer.body));
      }
    }),
  );
});

test('an answer after one with almost the same head keeps its own head', () => {
  const type = ['content-type', 'application/json'] as const;
  const heads: readonly Omit<KeptResponse, 'body'>[] = [
    { status: 201, headers: [type] },
    { status: 200, headers: [type] },
    { status: 201, headers: [['content-type', 'text/plain']] },
    { status: 201, headers: [['content-language', 'application/json']] },
    { status: 201, headers: [type, ['content-language', 'pl']] },
    { status: 201, headers: [] },
  ];
  for (const first of heads) {
    for (const { status, headers } of heads) {
      encodeAnswer({ ...first, body: '' });
      assert.deepEqual(decodeAnswer(encodeAnswer({ status, headers, body: '' })), {
        status,
        headers,
        body: '',
      });
    }
  }
});

test('an encrypted answer opens only in its own slot, unchanged, and with its own key', () => {
  const secret = new Uint8Array(32).fill(7);
  const cipher = new AnswerCipher([{ id: 'k1', secret }]);
  const sealed = Buffer.from(asBytes(cipher.seal('200\n\nsecret', slot)));
  assert.equal(sealed.includes('secret'), false);
  assert.throws(() => cipher.open(sealed, { ...slot, key: 'c'.repeat(32) }));
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    if (at === 0) continue;
    assert.throws(() => cipher.open(changed, slot), `byte ${at}`);
  }
  assert.throws(
    () => new AnswerCipher([{ id: 'k2', secret }]).open(sealed, slot),
    /"k1", which is not configured/,
  );
});

test('answers that earlier versions encrypted still decrypt', () => {
  const cipher = new AnswerCipher([{ id: 'k1', secret: new Uint8Array(32).fill(7) }]);
  const perSlot = '02026b31fe603a83d42cb07d70085559fb7af60a29dea9649bb98bc86d907a06bec211643f33e1e9e29dc9';
  const undivided = '01026b310303030303030303030303036b3408828fb91dd419ab23c5638ff58017ce9309505b3b21082537';
  for (const stored of [perSlot, undivided]) {
    const opened = cipher.open(Buffer.from(stored, 'hex'), slot);
    assert.equal(Buffer.from(asBytes(opened)).toString(), '200\n\nsecret');
  }
});

test('data that is not a stored answer is not read as one', () => {
  for (const stored of ['', 'x\n\n', '99\n\n', '200\nbroken\n\n']) assert.throws(() => decodeAnswer(stored));
});
