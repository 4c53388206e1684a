import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableLines } from './printable.ts';

const evil = 'a\u001b[31m\u009b2J\r\u0008\u202eb\u{e0041}';
const shown = 'a\\u001b[31m\\u009b2J\\u000d\\u0008\\u202eb\\udb40\\udc41';

test('control characters are shown as escapes, in one line and in several', () => {
  assert.equal(printable(`${evil}\n\t`), `${shown}\\u000a\\u0009`);
  assert.equal(printableLines(`${evil}\n\tc\n`), `${shown}\n\tc\n`);
});

test('escaped JSON is still the same JSON', () => {
  const value = { evil };
  assert.deepEqual(JSON.parse(printableLines(JSON.stringify(value, undefined, 2))), value);
});
