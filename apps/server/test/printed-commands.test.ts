// Tests the output of commands for every kind of source, without a database.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand, runHere } from './harness/command.ts';
import { listen } from './harness/listen.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

test("escape sequences in a server's answer are shown, and not sent to the terminal", async (t) => {
  const message = 'no\u001b]0;owned\u0007 \u001b[2J\u009b31m\u202e';
  const server = createServer((_request, response) => {
    response
      .writeHead(403, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: 'forbidden', message }));
  });
  const source = await listen(t, server);
  const commands = [
    ['verify', source],
    ['export', 'entries', join(temporaryFolder(t), 'entries.csv'), '--source', source],
    ['ingest', join(import.meta.dirname, '../../../examples/llm-trace.csv'), '--url', source],
    ['move-from-agentpay', source],
  ];
  for (const args of commands) {
    const { code, printed } = await runCommand(args);
    assert.notEqual(code, 0, printed);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    assert.doesNotMatch(printed, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/, args[0]);
  }
});

test('a misused export prints its usage, and writes nothing', async (t) => {
  const folder = temporaryFolder(t);
  const target = join(folder, 'a.csv');
  for (const args of [
    [],
    ['entries'],
    ['bills', target],
    ['entries', join(folder, 'a.txt')],
    ['entries', target, '--from', 'monday'],
  ]) {
    const { code, printed } = await runHere(['export', ...args]);
    assert.equal(code, 2, printed);
    assert.match(printed, /Usage: billonce export/);
  }
  const none = await runHere(['export', 'entries', target, '--source', join(folder, 'none.db')]);
  assert.equal(none.code, 1);
  assert.match(none.printed, /there is no file/);
  assert.equal(existsSync(target), false);
  assert.equal((await runHere(['export', '--help'])).code, 0);
});
