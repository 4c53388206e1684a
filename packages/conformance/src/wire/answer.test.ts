import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerOf, parseAnswer } from './answer.ts';

const head = (...lines: readonly string[]) =>
  `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

function parse(text: string, isEnded = false) {
  return parseAnswer(Buffer.from(text), isEnded);
}

test('an answer is complete when its body is, by length, by chunks or by the end of the connection', () => {
  const answers = [
    [head('Content-Length: 5'), 'hello', false],
    [head('Transfer-Encoding: chunked'), '2\r\nhe\r\n3;x=1\r\nllo\r\n0\r\n\r\n', false],
    [head(), 'hello', true],
  ] as const;
  for (const [start, body, isEnded] of answers) {
    const parsed = parse(start + body, isEnded);
    assert.ok(parsed.kind === 'complete');
    assert.equal(parsed.answer.body.toString(), 'hello');
    if (!isEnded) assert.equal(parse(start + body.slice(0, -6), false).kind, 'partial');
  }
  assert.equal(parse(head(), false).kind, 'partial');
});

test('an interim answer is skipped, and 204 has no body', () => {
  const parsed = parse('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nX-A: 1\r\nx-a: 2\r\n\r\n');
  assert.ok(parsed.kind === 'complete');
  assert.deepEqual([parsed.answer.status, headerOf(parsed.answer, 'x-a')], [204, '1, 2']);
});

test('an answer that breaks off, or that is not HTTP, does not count as an answer', () => {
  for (const text of [
    '',
    head('Content-Length: 5'),
    `${head('Transfer-Encoding: chunked')}5\r\nhel`,
    'SSH-2.0-x\r\n\r\n',
  ]) {
    assert.equal(parse(text, true).kind, 'invalid', text);
  }
});
