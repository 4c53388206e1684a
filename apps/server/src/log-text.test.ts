import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverLog } from './log.ts';
import { textOfLogLine } from './log-text.ts';

function textOf(write: (log: ReturnType<typeof serverLog>) => void): string {
  let printed = '';
  write(
    serverLog('trace', {
      write: (line) => {
        printed += textOfLogLine(line);
      },
    }),
  );
  return printed;
}

test('a log line is readable text: time, level, message, members', () => {
  const text = textOf((log) => log.warn({ tenant: 'acme', count: 3, reason: 'a b' }, 'something happened'));
  assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} WARN {2}something happened tenant=acme count=3 reason="a b"\n$/);
});

test('an error has its code, its message, its frames and its cause on further lines', () => {
  const cause = Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
  const text = textOf((log) => log.error({ err: new Error('failed', { cause }) }, 'a write failed'));
  const lines = text.split('\n');
  assert.match(lines[0] ?? '', /ERROR a write failed$/);
  assert.equal(lines[1], '    Error: failed');
  assert.match(lines[2] ?? '', /^ {4}at .*log-text\.test\.ts/);
  assert.ok(
    lines.includes('        Error ENOSPC: the disk is full') ||
      text.includes('Error ENOSPC: the disk is full'),
  );
});

test('no control character reaches the terminal, and no value can imitate another line', () => {
  const evil = '\u001b]0;title\u0007\u001b[2J\r\n12:00:00.000 INFO  forged \u009b31m \u202e\u007f';
  const text = textOf((log) => log.error({ err: new Error(evil), tenant: evil }, evil));
  assert.deepEqual([...text.replaceAll('\n', '').matchAll(/[\p{Cc}\p{Cf}]/gu)], []);
  assert.ok(text.includes('\\u001b[2J'));
  assert.equal(text.split('\n').filter((line) => line.startsWith('12:00:00.000')).length, 0);
});

test('a line that is not a JSON object is printed unchanged', () => {
  assert.match(textOfLogLine('"text"\n'), /text/);
});
