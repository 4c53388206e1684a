import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgedAnswer } from './judged-answer.ts';

test('a body is judged as text, up to the size limit of stored answers', () => {
  const bodyOf = (body: string | Uint8Array) => judgedAnswer({ status: 200, headers: [], body }, 4).body;
  assert.equal(bodyOf('fünf'.slice(0, 3)), 'fün');
  assert.equal(bodyOf(Buffer.from('fün')), 'fün');
  assert.equal(bodyOf('fünf'), undefined);
  assert.equal(bodyOf(new Uint8Array(5)), undefined);
});
