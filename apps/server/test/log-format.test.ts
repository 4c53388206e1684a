// Tests the format of the log: text on a terminal, JSON in a pipe.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { hasTerminals, startAtTerminal } from './harness/terminal.ts';

const url = /Billonce listens on (http:\/\/[^\s"]+)/;

test('on a terminal the log is text with version, address and data', {
  skip: !hasTerminals(),
}, async (t) => {
  const database = await emptyDatabase(t);
  const server = startAtTerminal(t, {
    DATABASE_URL: database,
    LOG_LEVEL: 'debug',
    ADMIN_API_KYE: 'x',
    ADMIN_API_KEY: 'k3Vq8ZrT1mWx7LpB5nYd',
  });
  const begun = await server.printed('X-API-Key');
  assert.match(
    begun,
    /WARN {2}the variable ADMIN_API_KYE is set, but the server does not read it: is ADMIN_API_KEY meant\?/,
  );
  assert.match(begun, /\(version 0\.1\.0, process \d+\)/);
  const api = apiAt(url.exec(begun)?.[1] ?? '');
  assert.equal((await api.get('/stats', { 'x-request-id': 'id-of-a-request' })).status, 401);
  const text = await server.printed('id-of-a-request');
  assert.match(
    text,
    /\d\d:\d\d:\d\d\.\d{3} DEBUG answered reqId=id-of-a-request client=127\.0\.0\.1 method=GET .*status=401/,
  );
  assert.ok(!text.includes('{"level"'), text);
  assert.deepEqual([...text.replaceAll(/\r?\n/g, '').matchAll(/[\p{Cc}\p{Cf}]/gu)], []);
});

test('on a terminal LOG_FORMAT=json gives JSON, and in a pipe LOG_FORMAT=text gives text', {
  skip: !hasTerminals(),
}, async (t) => {
  const database = { DATABASE_URL: await emptyDatabase(t) };
  const atTerminal = startAtTerminal(t, { ...database, LOG_FORMAT: 'json' });
  assert.match(await atTerminal.printed('Billonce listens on'), /^\{"level":30,/);
  const inPipe = await startProcess(t, { DATABASE_URL: await emptyDatabase(t), LOG_FORMAT: 'text' });
  assert.match(inPipe.output(), /^ {2}Billonce listens on \S+ {3}\(version/m);
  await assert.rejects(startProcess(t, { ...database, LOG_FORMAT: 'xml' }), /LOG_FORMAT is xml/);
});

test('in a pipe every line is JSON, and the start line has version, address, mode and data', async (t) => {
  const database = await emptyDatabase(t);
  const server = await startProcess(t, {
    DATABASE_URL: database,
    LOG_LEVEL: 'debug',
    IDEMPOTENCY_STORE: 'memory',
  });
  await server.stop('SIGTERM');
  const lines = server
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const start = lines.find(({ msg }) => String(msg).startsWith('Billonce listens on'));
  assert.deepEqual([start.version, start.url, start.mode], ['0.1.0', server.url, 'development']);
  assert.ok(lines.some(({ level, msg }) => level === 40 && String(msg).includes('IDEMPOTENCY_STORE')));
});

test('closing the terminal stops the server in good order', { skip: !hasTerminals() }, async (t) => {
  const server = startAtTerminal(t, { DATABASE_URL: await emptyDatabase(t), LOG_LEVEL: 'trace' });
  const begun = await server.printed('my-first-key');
  const pid = Number(/process (\d+)/.exec(begun)?.[1]);
  server.hangUp();
  const api = apiAt(url.exec(begun)?.[1] ?? '');
  // The server answers until it has stopped.
  for (;;) {
    try {
      assert.ok((await api.get('/stats')).status > 0);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      break;
    }
  }
  assert.ok(pid > 1);
});
