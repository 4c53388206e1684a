import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundaryOf, comparableParts, isMultipart } from './multipart.ts';

const type = (boundary: string) => `multipart/form-data; boundary=${boundary}`;
const form = (boundary: string, ...parts: readonly string[]) =>
  `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;

/** The form of a body that is compared, as text. */
function compared(body: string, contentType = type('b')): string | undefined {
  const parts = comparableParts(Buffer.from(body), contentType);
  return parts && Buffer.from(parts).toString();
}

test('two bodies with the same parts are the same with any boundaries', () => {
  const parts = ['content-disposition: form-data; name="a"\r\n\r\n1', 'x: y\r\n\r\n'];
  const first = compared(form('b', ...parts));
  assert.equal(first, parts.map((part) => `${part.length}:${part}`).join(''));
  assert.equal(compared(form('other', ...parts), type('other')), first);
  assert.equal(compared(`preamble\r\n${form('b', ...parts)}epilogue`), first);
  assert.equal(compared(form('b', ...parts).replace('--b\r\n', '--b \t\r\n')), first);
  assert.equal(compared(form('b')), '');
});

test('parts that are joined or split in another way are not the same', () => {
  const bodies = [form('b', 'ab', 'c'), form('b', 'a', 'bc'), form('b', 'abc'), form('b', 'c', 'ab')];
  assert.equal(new Set(bodies.map((body) => compared(body))).size, 4);
});

test('a body that is no multipart body of its type is compared as it arrived', () => {
  for (const body of [
    '',
    'text',
    '--b',
    '--b\r\na',
    '--b\r\na\r\n--b',
    '--bc\r\na\r\n--bc--',
    '--b x\r\na\r\n--b--',
  ]) {
    assert.equal(compared(body), undefined, body);
  }
  assert.equal(compared(form('b', 'a'), 'multipart/form-data'), undefined);
});

test('a media type names its boundary, in quotes or without', () => {
  const cases = [
    ['multipart/form-data; boundary=b', 'b'],
    ['multipart/form-data;BOUNDARY="b c"; charset=utf-8', 'b c'],
    ['multipart/form-data; charset=utf-8;  boundary=b;x=y', 'b'],
    ['multipart/form-data', undefined],
    ['multipart/form-data; boundary=""', undefined],
  ] as const;
  for (const [contentType, boundary] of cases) assert.equal(boundaryOf(contentType), boundary);
  assert.equal(isMultipart('Multipart/mixed'), true);
  for (const other of [undefined, 'text/plain', 'x-multipart/mixed', 'multipart']) {
    assert.equal(isMultipart(other), false);
  }
});
