import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOptionFaults, keyPlace, memberOf, parseReturnedKey, parseSkip } from './key-options.ts';

test('a key is in a header, in a member of the body, or where a function finds it', () => {
  const standard = keyPlace(undefined);
  assert.deepEqual([standard.kind, standard.name], ['header', 'Idempotency-Key']);
  assert.ok(standard.lookalikes.includes('x-idempotency-key'));
  assert.ok(!standard.lookalikes.includes('idempotency-key'));
  for (const [header, lookalike] of [
    ['X-Mine', 'mine'],
    ['Mine', 'x-mine'],
  ] as const) {
    const place = keyPlace({ header });
    assert.ok(place.kind === 'header');
    assert.deepEqual([place.header, place.name], [header.toLowerCase(), header]);
    assert.ok(place.lookalikes.includes(lookalike));
    assert.ok(place.lookalikes.includes('idempotency-key'));
  }
  const member = keyPlace({ body: ['meta', 'key'] });
  assert.ok(member.kind === 'member');
  assert.deepEqual([member.path, member.name], [['meta', 'key'], 'meta.key']);
  assert.ok(member.lookalikes.includes('idempotency-key'));
  const own = keyPlace(() => 'key');
  assert.deepEqual([own.kind, own.name], ['function', 'idempotency key']);
  assert.ok(own.lookalikes.includes('idempotency-key'));
  assert.ok(own.lookalikes.length > 1);
});

test('a wrong place of keys is refused', () => {
  const fault =
    'keyOf must be a function, { header: the name of a header } or { body: the path of a member }';
  const wrongPlaces = [
    'Mine',
    null,
    {},
    { header: 'a', body: 'b' },
    { other: 'a' },
    { header: 7 },
    { header: '' },
    { header: 'a b' },
    { body: '' },
    { body: [] },
    { body: ['a', ''] },
    { body: ['a', 7] },
    { body: 7 },
  ];
  for (const keyOf of wrongPlaces) assert.deepEqual(keyOptionFaults({ keyOf }), [fault]);
  assert.deepEqual(keyOptionFaults({ skip: true }), ['skip must be a function']);
  const fingerprintBody = () => '';
  assert.deepEqual(keyOptionFaults({ keyOf: { body: 'a' }, fingerprintBody }), [
    'keyOf must be a function where fingerprintBody is given: the body is not read then',
  ]);
  for (const keyOf of [undefined, { header: 'a' }, () => 'a']) {
    assert.deepEqual(keyOptionFaults({ keyOf, fingerprintBody, skip: () => true }), []);
  }
});

test('a member is found only where each name of its path is one of the object itself', () => {
  const body = { a: { b: 'key', c: null }, d: 'text' };
  const cases = [
    [['a', 'b'], 'key'],
    [['a', 'c'], null],
    [['a', 'c', 'e'], undefined],
    [['d', 'length'], undefined],
    [['a', 'toString'], undefined],
    [['missing'], undefined],
  ] as const;
  for (const [path, value] of cases) assert.equal(memberOf(body, path), value);
  assert.equal(memberOf(undefined, ['a']), undefined);
});

test('a function of the application returns a key or a decision, and nothing else', () => {
  assert.deepEqual([parseReturnedKey('k'), parseReturnedKey(undefined)], ['k', undefined]);
  const invalid = { name: 'TypeError', code: 'invalid_key' };
  const returned = (what: string) => ({
    ...invalid,
    message: `keyOf must return a string or undefined, and returned ${what}`,
  });
  assert.throws(() => parseReturnedKey(null), returned('null'));
  assert.throws(() => parseReturnedKey(7), returned('a value of type number'));
  assert.deepEqual([parseSkip(true), parseSkip(false)], [true, false]);
  const message = 'skip must return true or false, and returned a value of type undefined';
  assert.throws(() => parseSkip(undefined), { ...invalid, message });
});
