import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import {
  billedTokens,
  countOf,
  ingestHere,
  runIngester,
  startIngester,
  trace,
  until,
} from './harness/ingester.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const whole = { input: trace.inputTokens, output: trace.outputTokens };
const preset = ['--preset', 'azure-llm'] as const;
/** Many small bulks, so that a kill interrupts some of them. */
const smallBulks = [trace.file, ...preset, '--batch', '8'] as const;

function sumsOf(rows: readonly string[]): { input: number; output: number } {
  const sum = (column: number) => rows.reduce((total, row) => total + Number(row.split(',')[column]), 0);
  return { input: sum(1), output: sum(2) };
}

test('an ingester that was killed continues where it was when it is run again', {
  timeout: 300_000,
}, async (t) => {
  const { api } = await startInProcess(t);
  const killed = startIngester(t, api.url, smallBulks);
  await until(async () => (await billedTokens(api.url)).input > 0);
  killed.process.kill('SIGKILL');
  assert.equal((await killed.ended).code, null);
  const { input } = await billedTokens(api.url);
  assert.ok(input > 0 && input < whole.input, `it was killed at ${input}`);
  const again = await runIngester(t, api.url, [trace.file, ...preset, '--batch', '100']);
  assert.equal(again.code, 0, again.stdout);
  assert.ok(countOf(again, 'duplicate') > 0);
  assert.deepEqual(await billedTokens(api.url), whole);
});

test('an ingester of a JSON list with ids from gzip continues after a kill, even with the rows in another order', {
  timeout: 300_000,
}, async (t) => {
  const { api } = await startInProcess(t);
  const folder = temporaryFolder(t);
  const [header = '', ...lines] = readFileSync(trace.file, 'utf8').trimEnd().split('\n');
  assert.equal(header, 'TIMESTAMP,ContextTokens,GeneratedTokens');
  const rows = lines.map((line, id) => {
    const [, input = '', output = ''] = line.split(',');
    return { id, usage: { in: `${input}.0`, out: Number(output) } };
  });
  const write = (name: string, list: readonly unknown[]) => {
    const file = join(folder, name);
    writeFileSync(file, gzipSync(JSON.stringify({ data: list })));
    return file;
  };
  const options = [
    ...['--rows', 'data', '--id-column', 'id', '--agent', 'agent-1'],
    ...['--count', 'usage.in=input-tokens', '--count', 'usage.out=output-tokens'],
  ];
  const killed = startIngester(t, api.url, [write('a.json.gz', rows), ...options, '--batch', '8']);
  await until(async () => (await billedTokens(api.url)).input > 0);
  killed.process.kill('SIGKILL');
  assert.equal((await killed.ended).code, null);
  const { input } = await billedTokens(api.url);
  assert.ok(input > 0 && input < whole.input, `it was killed at ${input}`);
  const again = await runIngester(t, api.url, [write('b.json.gz', rows.toReversed()), ...options]);
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.ok(countOf(again, 'duplicate') > 0);
  assert.deepEqual(await billedTokens(api.url), whole);
});

test('an ingester waits for a server that was killed, and then continues automatically', {
  timeout: 300_000,
}, async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t), PORT: String(await freePort()) };
  let server = await startProcess(t, environment);
  const { url } = server;
  const ingester = startIngester(t, url, smallBulks);
  let billed = 0;
  for (let kills = 0; kills < 2; kills += 1) {
    const before = billed;
    await until(async () => (await billedTokens(url)).input > before);
    await server.stop('SIGKILL');
    server = await startProcess(t, environment);
    billed = (await billedTokens(url)).input;
    assert.ok(billed < whole.input, 'it was killed too late');
  }
  const done = await ingester.ended;
  assert.equal(done.code, 0, done.stdout);
  assert.match(done.stderr, /; trying again/);
  assert.ok(countOf(done, 'tried again') > 0);
  assert.equal(countOf(done, 'items sent'), trace.items);
  assert.deepEqual(await billedTokens(url), whole);
  assert.equal((await apiAt(url).get('/audit')).json.ok, true);
});

test('an interrupted ingester prints what it did, and can be run again', { timeout: 300_000 }, async (t) => {
  const { api } = await startInProcess(t);
  // A pipe that stays open and falls silent. The last row that is whole waits for the one after it.
  const lines = readFileSync(trace.file, 'utf8').split('\n').slice(0, 100);
  const sent = sumsOf(lines.slice(1, -2));
  const stopped = startIngester(t, api.url, ['-', ...preset, '--batch', '1']);
  stopped.process.stdin?.write(lines.join('\n'));
  await until(async () => isDeepStrictEqual(await billedTokens(api.url), sent));
  stopped.process.kill('SIGINT');
  const done = await stopped.ended;
  assert.equal(done.code, 130);
  assert.match(done.stdout, /^stopped: -.*\n[\s\S]*Run the same command again/);
  assert.ok(countOf(done, 'recorded') > 0);
  assert.equal((await runIngester(t, api.url, [trace.file, ...preset])).code, 0);
  assert.deepEqual(await billedTokens(api.url), whole);
});

test('a refusal of the whole request ends the run, with its message and request id', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: 'Zq4mT8vKx2RbW7nLp9Yd', BULK_MAX_ITEMS: '50' });
  const created = await api.post('/api-keys', { label: 'collector', tenant: 'acme' }, undefined, {
    'x-api-key': 'Zq4mT8vKx2RbW7nLp9Yd',
  });
  const args = [trace.file, ...preset];
  const wrong = await ingestHere(api.url, [...args, '--api-key', 'apk_wrong_key_of_a_test']);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /401 unauthorized - the API key is not recognized \(request [\w-]{36}\)/);
  assert.doesNotMatch(wrong.stdout + wrong.stderr, /apk_wrong/);

  const ownKey = ['--api-key', String(created.json.key)];
  const tooMany = await ingestHere(api.url, [...args, ...ownKey]);
  assert.equal(tooMany.code, 1);
  assert.match(tooMany.stdout, /400 invalid_request - .*at most 50 items.*\nGive a lower --batch/);

  const fitting = await ingestHere(api.url, [...args, '--batch', '50', ...ownKey]);
  assert.equal(fitting.code, 0, fitting.stdout);
  assert.equal(countOf(fitting, 'recorded'), trace.items);
  const total = await api.get('/usage/agent-1/input-tokens', { 'x-api-key': created.json.key });
  assert.equal(total.json.total, trace.inputTokens);
  const asAdmin = ['--tenant', 'acme', '--api-key', 'Zq4mT8vKx2RbW7nLp9Yd'];
  const byAdmin = await ingestHere(api.url, [...args, '--batch', '50', ...asAdmin]);
  assert.equal(countOf(byAdmin, 'duplicate'), trace.items);
});
