import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  firstLeaf,
  parseJson,
  pathOf,
  pointerOf,
  reordered,
  respelled,
  varied,
  withMember,
} from './json-text.ts';

const document = { b: 'x\n"y', a: [1, { z: 1.5, y: null }], 'p/q~': true };

test('other spellings of a document have the same value and different bytes', () => {
  for (const text of [reordered(document), respelled(document)]) {
    assert.deepEqual(parseJson(text), document);
    assert.notEqual(text, JSON.stringify(document));
  }
  assert.equal(respelled({ a: 'é', n: -3 }), '{"a":"é","n":-3.0}');
  assert.match(reordered(document), /"p\/q~"[\s\S]*"a"[\s\S]*"y"[\s\S]*"z"[\s\S]*"b"/);
});

test('a member is changed at a pointer, and nothing else', () => {
  const path = pathOf('/a/1/z');
  assert.deepEqual(withMember(document, path, 2), { ...document, a: [1, { z: 2, y: null }] });
  assert.deepEqual(withMember({}, ['info', 'id'], 'k'), { info: { id: 'k' } });
  assert.equal(pointerOf(pathOf('/p~1q~0/0')), '/p~1q~0/0');
  assert.deepEqual(firstLeaf(document), ['a', '0']);
  assert.deepEqual(firstLeaf({ a: { b: 'text' } }), ['a', 'b']);
  assert.equal(firstLeaf(parseJson('no JSON')), undefined);
});

test('another value has the type of the first', () => {
  assert.deepEqual(
    [5, '5', 'eur', true].map((value) => varied(value, 1)),
    [6, '6', 'eur-1', false],
  );
});
