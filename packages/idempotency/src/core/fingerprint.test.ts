import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FingerprintInput, fingerprint } from './fingerprint.ts';

const request: FingerprintInput = {
  method: 'POST',
  path: '/usage',
  query: '',
  ifMatch: undefined,
  body: '{}',
};

test('every part of a request counts', () => {
  const others: FingerprintInput[] = [
    request,
    { ...request, method: 'PUT' },
    { ...request, path: '/usage/' },
    { ...request, query: 'a=1' },
    { ...request, ifMatch: '' },
    { ...request, ifMatch: '"x"' },
    { ...request, body: '{"a":1}' },
    { ...request, body: '' },
  ];
  assert.equal(new Set(others.map(fingerprint)).size, others.length);
});

test('the query is sorted by name, and equal names keep their order', () => {
  const of = (query: string) => fingerprint({ ...request, query });
  assert.equal(of('b=2&a=1'), of('a=1&b=2'));
  assert.notEqual(of('a=1&a=2'), of('a=2&a=1'));
});

test('parts cannot be shifted into one another', () => {
  assert.notEqual(
    fingerprint({ ...request, path: '/a', query: 'b' }),
    fingerprint({ ...request, path: '/a?b', query: '' }),
  );
  assert.notEqual(
    fingerprint({ ...request, ifMatch: 'x', body: 'y' }),
    fingerprint({ ...request, ifMatch: '', body: 'xy' }),
  );
});

test('text and its UTF-8 bytes are the same body', () => {
  const bytes = new TextEncoder().encode('{"a":"€"}');
  assert.equal(fingerprint({ ...request, body: bytes }), fingerprint({ ...request, body: '{"a":"€"}' }));
});

test('percent-encoded bytes that are not UTF-8 are distinguished, and sorted by name like others', () => {
  const of = (query: string) =>
    fingerprint({ method: 'POST', path: '/', query, ifMatch: undefined, body: '' });
  assert.notEqual(of('name=%FC'), of('name=%E4'));
  assert.notEqual(of('name=%FC'), of('name=%EF%BF%BD'));
  assert.equal(of('name=%FC&a=1'), of('a=1&name=%FC'));
  assert.equal(of('name=%C3%BC'), of('name=ü'));
});
