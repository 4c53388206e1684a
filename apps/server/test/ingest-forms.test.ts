import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startInProcess } from './harness/in-process.ts';
import { countOf, ingestHere } from './harness/ingester.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const two = ['--agent-column', 'who', '--count', 'in=input-tokens', '--count', 'out=output-tokens'] as const;

test('rows with ids are billed once in a rolling export, in any order, as CSV and as JSON', async (t) => {
  const { api } = await startInProcess(t);
  const folder = temporaryFolder(t);
  const run = async (name: string, content: string | Buffer) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const done = await ingestHere(api.url, [file, ...two, '--id-column', 'meta.id', '--batch', '2']);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    assert.doesNotMatch(done.stdout + done.stderr, /WARNING/);
    return countOf(done, 'recorded');
  };
  const row = (id: number) => ({ meta: { id }, who: 'team/7@example.com', in: id * 10, out: id });
  // An id that a row shares makes two items. A JSON number and a CSV text can be the same id.
  assert.equal(await run('a.jsonl', [1, 2, 3].map((id) => `${JSON.stringify(row(id))}\n`).join('')), 6);
  assert.equal(await run('b.json', JSON.stringify([4, 3, 2].map(row), undefined, 2)), 2);
  const csv = (ids: readonly number[]) =>
    `sep=;\r\nmeta.id;who;in;out\r\n${ids.map((id) => `${id};team/7@example.com;${id}0.0;${id}\r\n`).join('')}`;
  assert.equal(await run('c.csv.gz', gzipSync(csv([5, 4, 3]))), 2);
  assert.equal(await run('d.csv', csv([5, 4, 3, 2, 1])), 0);
  const total = async (service: string) =>
    (await api.get(`/usage/team%2F7%40example.com/${service}`)).json.total;
  assert.deepEqual([await total('input-tokens'), await total('output-tokens')], [150, 15]);
});

test('ids in another encoding than UTF-8 are refused as CSV and as JSON: two of them may look the same', async (t) => {
  const { api } = await startInProcess(t);
  const folder = temporaryFolder(t);
  const files = {
    'a.csv': 'id,name,who,in,out\n\xfc,x,a,5,1\n\xe4,x,a,5,1\nz,\xfc,a,5,1\n',
    'b.jsonl': '{"id":"\xfc","who":"a","in":5,"out":1}\n{"id":"\xe4","who":"a","in":5,"out":1}\n',
  };
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    writeFileSync(file, content, 'latin1');
    const done = await ingestHere(api.url, [file, ...two, '--id-column', 'id']);
    assert.equal(done.code, 3, done.stdout);
    assert.match(done.stdout, /rows refused +2\n/);
    assert.match(done.stdout, /row 1 .*not UTF-8/);
  }
  // A column that is not used may contain anything.
  assert.equal((await api.get('/usage/a/input-tokens')).json.total, 5);
});

test('a row whose count has changed is refused, not billed again', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'day.csv');
  const args = [file, ...two, '--id-column', 'day', '--id-column', 'who'];
  writeFileSync(file, 'day,who,in,out\nmonday,a,5,1\nmonday,b,5,1\n');
  assert.equal((await ingestHere(api.url, args)).code, 0);
  writeFileSync(file, 'day,who,in,out\nmonday,a,7,1\nmonday,b,5,1\n');
  const again = await ingestHere(api.url, args);
  assert.equal(again.code, 3);
  assert.match(again.stdout, /usage_id_conflict: a row with this id was billed before/);
  assert.equal((await api.get('/usage/a/input-tokens')).json.total, 5);
});

test('a file of 10,000 columns is read, and one with more is refused before anything is sent', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'wide.csv');
  const write = (columns: number) => {
    const others = Array.from({ length: columns - 3 }, (_, index) => `c${index}`).join();
    writeFileSync(file, `who,in,out,${others}\na,5,1,${others}\n`);
  };
  write(10_001);
  const refused = await ingestHere(api.url, [file, ...two]);
  assert.equal(refused.code, 1, refused.stdout + refused.stderr);
  assert.match(refused.stdout + refused.stderr, /more than 10000 columns/);
  assert.equal((await api.get('/usage/a/input-tokens')).json.total, 0);
  write(10_000);
  await ingestHere(api.url, [file, ...two]);
  assert.equal((await api.get('/usage/a/input-tokens')).json.total, 5);
});

test('rows that are too old are refused with advice, and billed without their time', async (t) => {
  const { api } = await startInProcess(t);
  const file = join(temporaryFolder(t), 'old.csv');
  writeFileSync(file, 'id,who,in,out,at\n1,a,1,1,2001-01-01 00:00:00\n');
  const args = [file, ...two, '--id-column', 'id'];
  const refused = await ingestHere(api.url, [...args, '--occurred-at-column', 'at']);
  assert.equal(refused.code, 3);
  assert.match(refused.stdout, /event_too_old: the server accepts the last 34 days.*--no-occurred-at/);
  assert.equal((await ingestHere(api.url, args)).code, 0);
});

test('rows known only by their place cause a warning, and a separate exit code', async (t) => {
  const { api } = await startInProcess(t);
  const folder = temporaryFolder(t);
  const run = async (name: string, text: string, ...more: readonly string[]) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return await ingestHere(api.url, [file, ...two, ...more]);
  };
  const first = await run('a.csv', 'who,in,out,at\na,1,1,2\na,2,2,1\n', '-q');
  assert.equal(first.code, 4);
  assert.match(first.stderr, /^billonce: WARNING: the rows have no id \(--id-column\)/);
  assert.match(
    first.stdout,
    /WARNING: rows are identified by their place in the file\. If it only grows at its end, continue with --source/,
  );
  // Another file begins in the same way, so its first row counts as the known one.
  const alike = await run('b.csv', 'who,in,out,at\na,1,1,2\na,3,3,1\n');
  assert.equal(alike.code, 4);
  assert.match(
    alike.stdout,
    /WARNING: 2 items were duplicates, by the place of their rows, and were not billed/,
  );
  assert.equal((await run('c.csv', 'who,in,out,at\na,1,1,2\na,3,3,1\n', '--source', 'c')).code, 0);
  const now = Date.now();
  const newestFirst = `who,in,out,at\na,1,1,${now}\na,1,1,${now - 1_000}\na,1,1,${now - 2_000}\n`;
  const backwards = await run('d.csv', newestFirst, '--source', 'd', '--occurred-at-column', 'at');
  assert.equal(backwards.code, 4, backwards.stdout);
  assert.match(backwards.stdout, /WARNING: the newest row is first/);
});

test('an unreachable server is reported immediately, and given up soon', async (t) => {
  const file = join(temporaryFolder(t), 'a.csv');
  writeFileSync(file, 'who,in,out\na,1,1\n');
  const args = [file, ...two, '--source', 'a', '--quiet', '--give-up-after', '0'];
  const done = await ingestHere('http://127.0.0.1:9', args);
  assert.equal(done.code, 5);
  assert.match(
    done.stderr,
    /^billonce: http:\/\/127\.0\.0\.1:9 cannot be reached.*; trying again for 0 s, until \d{4}-\d\d-\d\dT[\d:]{8}Z\n$/,
  );
  assert.match(
    done.stdout,
    /no server answered for 0 s.*\nNothing was sent\.\nStart the server, or correct --server/,
  );
});

test('counts with decimal places are sent as quantities, once, and summed exactly', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'seconds', priceStroops: 1, unitScale: 3 });
  const file = join(temporaryFolder(t), 'seconds.jsonl');
  // JSON numbers, of which a double would round the last one.
  const rows = ['0.1', '0.2', '1234.5', '0', '900719925474.993'];
  writeFileSync(file, rows.map((seconds, id) => `{"id":${id},"who":"a","seconds":${seconds}}\n`).join(''));
  const args = [file, '--agent-column', 'who', '--count', 'seconds=seconds', '--id-column', 'id'];
  const dry = await ingestHere(api.url, [...args, '--quantities', '--dry-run']);
  assert.match(dry.stdout, /"quantity":"900719925474\.993"/);
  const done = await ingestHere(api.url, [...args, '--quantities']);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.equal(countOf(done, 'recorded'), 4);
  assert.match(done.stdout, /units of +recorded +duplicate\n +seconds +900,719,926,709\.793 +0\n/);
  assert.equal((await api.get('/usage/a/seconds')).json.quantity, '900719926709.793');
  const again = await ingestHere(api.url, [...args, '--quantities']);
  assert.match(again.stdout, /seconds +0 +900,719,926,709\.793\n/);
  // Without the option, quantities are not cut to whole numbers, and whole numbers do not count smallest parts.
  const whole = await ingestHere(api.url, args);
  assert.equal(whole.code, 3);
  assert.match(whole.stdout, /seconds is "0\.1", not a whole number/);
  writeFileSync(file, '{"id":9,"who":"a","seconds":3}\n{"id":10,"who":"a","seconds":0.0001}\n');
  const refused = await ingestHere(api.url, [...args, '--quantities']);
  assert.match(
    refused.stdout,
    /invalid_quantity: .*give --quantities|To bill what was refused, invalid_quantity: give/,
  );
  assert.equal((await api.get('/usage/a/seconds')).json.quantity, '900719926712.793');
});
