import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { llmTrace } from '../../../examples/generate-trace.ts';
import { startInProcess } from './harness/in-process.ts';
import { billedTokens, countOf, ingestHere, trace } from './harness/ingester.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const whole = { input: trace.inputTokens, output: trace.outputTokens };
const preset = ['--preset', 'azure-llm'] as const;

test('the shipped trace equals the output of its generator, and has the sums in its README', () => {
  const text = readFileSync(trace.file, 'utf8');
  assert.equal(text, llmTrace());
  const rows = text.trimEnd().split('\n').slice(1);
  const sum = (column: number) => rows.reduce((total, row) => total + Number(row.split(',')[column]), 0);
  assert.equal(rows.length, trace.rows);
  assert.deepEqual({ input: sum(1), output: sum(2) }, whole);
});

test('a trace is billed to the last token, and a second run finds only duplicates', async (t) => {
  const { api } = await startInProcess(t);
  const args = [trace.file, ...preset, '--agents', '3'];
  const first = await ingestHere(api.url, args);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(countOf(first, 'rows read'), trace.rows);
  assert.equal(countOf(first, 'recorded'), trace.items);
  assert.equal(countOf(first, 'duplicate'), 0);
  assert.match(first.stdout, /input-tokens +2,910,091 +0\n +output-tokens +370,959 +0\n/);
  assert.deepEqual(await billedTokens(api.url, 3), whole);

  // The file is split and sent in a different way, but the items are the same.
  const second = await ingestHere(api.url, [...args, '--batch', '77', '--concurrency', '9']);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(countOf(second, 'recorded'), 0);
  assert.equal(countOf(second, 'duplicate'), trace.items);
  assert.deepEqual(await billedTokens(api.url, 3), whole);
});

test('a file that was renamed and appended to counts as the same file', async (t) => {
  const { api } = await startInProcess(t);
  const folder = temporaryFolder(t);
  const lines = readFileSync(trace.file, 'utf8').split(/(?<=\n)/);
  const [today, yesterday] = [join(folder, 'today.csv'), join(folder, 'yesterday.csv')];
  writeFileSync(today, lines.slice(0, 701).join(''));
  const first = await ingestHere(api.url, [today, ...preset]);
  assert.equal(countOf(first, 'rows read'), 700);
  renameSync(today, yesterday);
  appendFileSync(yesterday, lines.slice(701).join(''));
  const second = await ingestHere(api.url, [yesterday, ...preset]);
  assert.equal(second.code, 0);
  assert.equal(countOf(second, 'duplicate'), countOf(first, 'recorded'));
  assert.equal(countOf(second, 'recorded'), trace.items - countOf(first, 'recorded'));
  assert.deepEqual(await billedTokens(api.url), whole);
});

test('the same rows with CRLF, a byte order mark, blank lines and quotes are duplicates', async (t) => {
  const { api } = await startInProcess(t);
  const text = 'agent,units\na-1,5\na-2,7\n';
  const options = [
    '--agent-column',
    'agent',
    '--requests-column',
    'units',
    '--service',
    's',
    '--source',
    'mine',
  ];
  const plain = join(temporaryFolder(t), 'plain.csv');
  writeFileSync(plain, text);
  assert.equal((await ingestHere(api.url, [plain, ...options])).code, 0);
  writeFileSync(plain, '\uFEFF"agent",units\r\n\r\n"a-1",5\r\n\r\na-2,"7"\r\n\r\n');
  const again = await ingestHere(api.url, [plain, ...options]);
  assert.equal(again.code, 0, again.stdout);
  assert.equal(countOf(again, 'rows read'), 2);
  assert.equal(countOf(again, 'duplicate'), 2);
});

test('a half-written last line is not billed, and is billed once when it is complete', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'growing.csv');
  const options = [file, ...preset, '--last-line', 'hold'];
  writeFileSync(file, 'TIMESTAMP,ContextTokens,GeneratedTokens\nt1,10,20\nt2,30,4');
  const half = await ingestHere(api.url, options);
  assert.equal(half.code, 3);
  assert.match(half.stdout, /The last line, 3, has no line break/);
  assert.deepEqual(await billedTokens(api.url), { input: 10, output: 20 });
  appendFileSync(file, '4\n');
  assert.equal((await ingestHere(api.url, options)).code, 0);
  assert.deepEqual(await billedTokens(api.url), { input: 40, output: 64 });
});

test('a finished trace whose last line has no line break is billed completely, and may be appended to', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'finished.csv');
  writeFileSync(file, 'TIMESTAMP,ContextTokens,GeneratedTokens\r\nt1,10,20\r\nt2,30,44');
  assert.equal((await ingestHere(api.url, [file, ...preset])).code, 0);
  assert.deepEqual(await billedTokens(api.url), { input: 40, output: 64 });
  appendFileSync(file, '\r\nt3,1,1\r\n');
  assert.equal((await ingestHere(api.url, [file, ...preset])).code, 0);
  assert.deepEqual(await billedTokens(api.url), { input: 41, output: 65 });
});

test('bad rows are refused whole, listed, and billed once they are fixed', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'bad.csv');
  const bad = 'TIMESTAMP,ContextTokens,GeneratedTokens\nt1,10,20\nt2,30,x\nt3,5\nt4,7,8\nt5,-1,8\n';
  writeFileSync(file, bad);
  const first = await ingestHere(api.url, [file, ...preset]);
  assert.equal(first.code, 3);
  assert.equal(countOf(first, 'rows refused'), 3);
  assert.match(first.stdout, /row 2 \(line 3\): row_refused: GeneratedTokens is "x", not a whole number/);
  assert.match(first.stdout, /row 3 \(line 4\): row_refused: has 2 fields where the header has 3/);
  assert.deepEqual(await billedTokens(api.url), { input: 17, output: 28 });
  const source = /\(source (\w+)\)/.exec(first.stdout)?.[1] ?? '';
  writeFileSync(file, bad.replace('30,x', '30,40').replace('t3,5', 't3,5,6').replace('-1', '1'));
  const second = await ingestHere(api.url, [file, ...preset, '--source', source]);
  assert.equal(second.code, 0, second.stdout);
  assert.deepEqual(await billedTokens(api.url), { input: 17 + 30 + 5 + 1, output: 28 + 40 + 6 + 8 });
});

test('a refused first row stops everything, because fixing it would give every row another id', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'bad-first.csv');
  writeFileSync(file, 'TIMESTAMP,ContextTokens,GeneratedTokens\nt1,x,20\nt2,30,40\n');
  const done = await ingestHere(api.url, [file, ...preset]);
  assert.equal(done.code, 1);
  assert.match(done.stdout, /row 1 \(line 2\) ContextTokens is "x"/);
  assert.deepEqual(await billedTokens(api.url), { input: 0, output: 0 });
  const named = await ingestHere(api.url, [file, ...preset, '--source', 'mine']);
  assert.equal(named.code, 3);
  assert.deepEqual(await billedTokens(api.url), { input: 30, output: 40 });
});

test('a count above the limit of an item becomes several items with the same sum', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'large.jsonl');
  writeFileSync(file, '{"who":"a-1","n":2500001}\n{"who":"a-1","n":0}\n{"who":"a-1","n":1000000}\n');
  const options = [
    '--agent-column',
    'who',
    '--requests-column',
    'n',
    '--service',
    's',
    '--batch',
    '2',
    '--source',
    'x',
  ];
  for (const [recorded, duplicate] of [
    [4, 0],
    [0, 4],
  ]) {
    const done = await ingestHere(api.url, [file, ...options]);
    assert.equal(done.code, 0, done.stdout);
    assert.equal(countOf(done, 'recorded'), recorded);
    assert.equal(countOf(done, 'duplicate'), duplicate);
    assert.equal(countOf(done, 'counts of 0'), 1);
  }
  assert.equal((await api.get('/usage/a-1/s')).json.total, 3_500_001);
});

test('another mapping of the same rows is refused by the server, not billed again', async (t) => {
  const { api } = await startInProcess(t);
  assert.equal((await ingestHere(api.url, [trace.file, ...preset])).code, 0);
  const other = await ingestHere(api.url, [trace.file, ...preset, '--agent', 'someone-else']);
  assert.equal(other.code, 3);
  assert.equal(countOf(other, 'refused'), trace.items);
  assert.match(other.stdout, /row 1: usage_id_conflict: .*\n(?:.*\n)* {2}… and 3,952 more/);
  assert.equal((await api.get('/usage/someone-else/input-tokens')).json.total, 0);
});

test('--source distinguishes two files with the same beginning', async (t) => {
  const { api } = await startInProcess(t);
  const folder = temporaryFolder(t);
  for (const name of ['a', 'b']) {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, 'TIMESTAMP,ContextTokens,GeneratedTokens\nt1,10,20\n');
    const done = await ingestHere(api.url, [file, ...preset, '--source', name]);
    assert.equal(countOf(done, 'recorded'), 2);
  }
  assert.deepEqual(await billedTokens(api.url), { input: 20, output: 40 });
});
