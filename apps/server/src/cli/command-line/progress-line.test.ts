import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressLine } from './progress-line.ts';

test('progress is one line on a terminal, not too often except before a wait, cut to its width, and nothing elsewhere', () => {
  for (const isTTY of [true, false]) {
    let written = '';
    let nowMs = 0;
    const write = (text: string) => {
      written += text;
    };
    const line = new ProgressLine({ isTTY, columns: 8, write }, () => nowMs);
    line.clear();
    line.show('10 % of all');
    nowMs = 199;
    line.show('20 %');
    nowMs = 200;
    line.show('30 %');
    line.show('waits', true);
    line.clear();
    line.clear();
    assert.equal(written, isTTY ? '\r\x1b[K10 % of\r\x1b[K30 %\r\x1b[Kwaits\r\x1b[K' : '');
  }
});
