import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonObject, withMember, withoutMembers } from './json-member.ts';

test('only the text of a JSON object is one', () => {
  assert.deepEqual(jsonObject('{"a":1}'), { a: 1 });
  for (const text of ['[]', 'null', '1', '"a"', '', '{']) assert.equal(jsonObject(text), undefined);
});

test('a member is added at the end of an object, and all other characters stay', () => {
  assert.equal(withMember('{"a":{} }\n', 'b', true), '{"a":{} ,"b":true}\n');
  assert.equal(withMember('{ }', 'b"', 'c'), '{ "b\\"":"c"}');
  assert.equal(withMember('{}', 'b', null), '{"b":null}');
});

test('members are left out of a copy, at any depth', () => {
  const value = { a: 1, b: { c: 2, d: 3 }, e: [{ a: 1 }] };
  assert.deepEqual(withoutMembers(value, ['a', ['b', 'c']]), { b: { d: 3 }, e: [{ a: 1 }] });
  assert.deepEqual(value, { a: 1, b: { c: 2, d: 3 }, e: [{ a: 1 }] });
  for (const paths of [[], ['missing'], [['b', 'missing']], [['a', 'b']], ['toString'], [[]]]) {
    assert.deepEqual(withoutMembers(value, paths), value);
  }
  for (const other of [undefined, null, 7, 'a', ['a']]) assert.equal(withoutMembers(other, ['a']), other);
});

test('a value that writes itself as JSON is compared as it is written', () => {
  const written = { toJSON: () => ({ a: 1, b: 2 }) };
  assert.deepEqual(withoutMembers(written, ['a']), { b: 2 });
});

test('an instance of a class is not copied, which would lose its private members', () => {
  class Own {
    readonly a = 1;
  }
  const own = new Own();
  assert.equal(withoutMembers(own, ['a']), own);
});
