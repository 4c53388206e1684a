import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogOutput } from './log-output.ts';

test('after a partly written line, the next one begins on a new line', async () => {
  const fault = new Error('no space');
  let room = 6;
  let text = '';
  const output = new LogOutput((bytes, done) => {
    const written = Math.min(room, bytes.length);
    text += bytes.toString('utf8', 0, written);
    room -= written;
    setImmediate(() => done(written < bytes.length ? fault : undefined, written));
  });
  const reports: number[] = [];
  output.onTakenAgain((lines) => reports.push(lines));
  output.write('one\n');
  output.write('two\n');
  await output.flushed(5_000);
  output.write('three\n');
  await output.flushed(5_000);
  assert.deepEqual([text, output.droppedLines, reports], ['one\ntw', 2, []]);
  room = 100;
  output.write('four\n');
  await output.flushed(5_000);
  assert.deepEqual([text, output.droppedLines, reports], ['one\ntw\nfour\n', 2, [2]]);
});

test('an output that never answers loses the lines above the limit, and nothing waits for it', async () => {
  const output = new LogOutput(() => undefined);
  const line = `${'x'.repeat(1_023)}\n`;
  for (let sent = 0; sent < 300; sent++) output.write(line);
  assert.equal(output.droppedLines, 300 - 256);
  await output.flushed(1);
});
