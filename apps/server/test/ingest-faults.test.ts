// Tests the last output of `billonce ingest` after a failure: its last line is the next step.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { startInProcess } from './harness/in-process.ts';
import { countOf, type Ingested, ingestHere, trace } from './harness/ingester.ts';
import { listen } from './harness/listen.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { adminKey, asAdmin, withHeaders } from './harness/tenants.ts';

const mapped = ['--agent-column', 'agent', '--requests-column', 'units', '--service', 's'];

function lastLine({ stdout }: Ingested): string {
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

function assertEnds(done: Ingested, code: number, step: RegExp): void {
  assert.match(lastLine(done), step, done.stdout);
  assert.equal(done.code, code, done.stdout);
}

/** Makes a file with this text. */
function fileWith(t: TestContext, text: string, name = 'usage.csv'): string {
  const file = join(temporaryFolder(t), name);
  writeFileSync(file, text);
  return file;
}

test('a refusal by the server ends with the right next step', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const admin = withHeaders(api, asAdmin);
  const keyOf = async (more: object) =>
    (await admin.post('/api-keys', { label: 'l', tenant: 'acme', ...more })).json.key;
  const own = await keyOf({});
  const reader = await keyOf({ scopes: ['read'] });
  const elsewhere = await keyOf({ allowedAddresses: ['192.0.2.0/24'] });
  const few = fileWith(t, `agent,units\n${'a,1\n'.repeat(11)}`);
  const run = (...args: string[]) => ingestHere(api.url, [few, ...mapped, '--source', 'few', ...args]);
  assertEnds(await run(), 1, /^The server needs an API key: give one in BILLONCE_API_KEY/);
  assertEnds(
    await run('--api-key', `${own.slice(0, -1)}x`),
    1,
    /^The server does not know this API key: correct/,
  );
  assertEnds(
    await run('--api-key', adminKey),
    1,
    /^This is the admin key: name the tenant with --tenant NAME/,
  );
  assertEnds(
    await run('--api-key', adminKey, '--tenant', 'nobody'),
    1,
    /^Correct --tenant or BILLONCE_TENANT; a new tenant/,
  );
  assertEnds(
    await run('--api-key', own, '--tenant', 'other'),
    1,
    /^Only the admin key acts for a tenant .* leave out --tenant/,
  );
  assertEnds(await run('--api-key', reader), 1, /^Give an API key with the scope record/);
  assertEnds(
    await run('--api-key', elsewhere),
    1,
    /^Run the command on a machine whose address the API key allows/,
  );
  await admin.call('/config', { method: 'PATCH', body: { bulkMaxItems: 10 } });
  assertEnds(await run('--api-key', own), 1, /^Give a lower --batch, then run the same command again/);
  assertEnds(await run('--api-key', own, '--batch', '10'), 0, /items\/s$/);
});

test('a wrong address ends with the right next step', async (t) => {
  const run = (url: string) => ingestHere(url, [trace.file, '--preset', 'azure-llm', '--give-up-after', '0']);
  for (const [status, body] of [
    [404, 'not here'],
    [200, '<html>welcome</html>'],
    [201, '{}'],
    [302, ''],
  ] as const) {
    const other = createServer((_request, response) =>
      response.writeHead(status, { location: '/x' }).end(body),
    );
    assertEnds(
      await run(await listen(t, other)),
      1,
      /^Correct --server or BILLONCE_URL: no Billonce answers there/,
    );
  }
  assertEnds(
    await run(`http://127.0.0.1:${await freePort()}`),
    5,
    /^Start the server, or correct --server or BILLONCE_URL/,
  );
  const ill = createServer((_request, response) =>
    response.writeHead(503).end('{"error":"storage_unavailable"}'),
  );
  assertEnds(
    await run(await listen(t, ill)),
    1,
    /^Look for the reason in the log of the server, then run the same command again/,
  );
});

test('an unreadable file ends with the right next step', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'a.csv'));
  const run = (file: string, ...args: string[]) => ingestHere('http://127.0.0.1:1', [file, ...args]);
  const column = ['--agent', 'a', '--service', 's', '--requests-column', 'units', '--source', 'x'];
  for (const [file, step] of [
    [join(folder, 'none.csv'), /^Correct the name of the file/],
    [join(folder, 'a.csv'), /^Name a file in it\.$/],
    [fileWith(t, ''), /^Name a file that has rows\.$/],
    [fileWith(t, 'agent,count\na,1\n'), /^Correct the name of the column in the options/],
    [fileWith(t, 'units,units\n1,2\n'), /^Rename one of them in the file/],
    [fileWith(t, '{"a":', 'a.jsonl.gz'), /^Run the command again when the line is complete/],
    [fileWith(t, '[{"units":1},]x', 'a.json'), /^Give --format jsonl if each line is a JSON document/],
    [fileWith(t, '[]', 'b.json'), /^Give the place of the rows with --rows PATH/],
    [fileWith(t, 'PK\u0003\u0004rest'), /^Unpack it, or save it as CSV/],
  ] as const)
    assert.match(lastLine(await run(file, ...column)), step, file);
});

test('refused rows and items end with the change that is needed, and the next step', async (t) => {
  const { api } = await startInProcess(t);
  const run = (text: string, ...args: string[]) =>
    ingestHere(api.url, [fileWith(t, text), ...mapped, ...args]);
  const again =
    /^Then run the same command again: the server recognizes items that it already has by their ids\.$/;
  const badRow = await run('agent,units,id\na,1,1\na,x,2\n', '--id-column', 'id');
  assertEnds(badRow, 3, again);
  assert.match(badRow.stdout, /To bill what was refused, fix the rows in the file\./);
  const placed = await run('agent,units\na,1\na,x\n');
  assertEnds(placed, 3, /^Then run the same command again with --source [0-9a-f]{16} added: /);
  const named = await run('agent,units\na,1\na,x\n', '--source', 'mine');
  assertEnds(named, 3, again);
  await api.post('/services', { serviceId: 's', priceStroops: 1 });
  await api.post('/services/s/disable', {});
  const disabled = await run('agent,units,id\nb,1,11\n', '--id-column', 'id');
  assertEnds(disabled, 3, again);
  assert.match(disabled.stdout, /To bill what was refused, service_disabled: enable the service\./);
});

test('for rows without ids, the next step keeps this file, and warns that other options would bill it again', async (t) => {
  const { api } = await startInProcess(t);
  const file = fileWith(t, 'agent,units\na,1\nb,2\n');
  const first = await ingestHere(api.url, [file, ...mapped]);
  assertEnds(
    first,
    4,
    /continue with --source [0-9a-f]{16}, and nothing else; give --id-column for the next file/,
  );
  const source = /--source ([0-9a-f]{16})/.exec(lastLine(first))?.[1] ?? '';
  const second = await ingestHere(api.url, [file, ...mapped, '--source', source]);
  assertEnds(second, 0, /items\/s$/);
  assert.deepEqual([countOf(second, 'recorded'), countOf(second, 'duplicate')], [0, 2]);
});

test('a dry run checks every row like the server, shows what would be sent, and needs no server', async (t) => {
  const now = Date.now();
  const at = (days: number) => new Date(now - days * 86_400_000).toISOString();
  const rows = [
    ['a', '1', at(1), '1'],
    ['b', '2', at(1), '2'],
    ['b', '2', at(1), '2'],
    ['b', '3', at(1), '2'],
    ['c', 'x', at(1), '3'],
    ['c d', '1', at(1), '4'],
    ['c', '1', at(40), '5'],
    ['c', '1', at(-1), '6'],
  ];
  const file = fileWith(t, `agent,units,time,id\n${rows.map((row) => `${row.join(',')}\n`).join('')}`);
  const options = [...mapped, '--occurred-at-column', 'time', '--id-column', 'id'];
  const dry = await ingestHere('http://127.0.0.1:1', [file, ...options, '--dry-run']);
  assert.equal(dry.code, 3, dry.stdout);
  assert.match(dry.stdout, /^dry run, nothing was sent, and not everything could be sent: /);
  assert.deepEqual(
    ['to be recorded', 'duplicate', 'refused', 'rows refused'].map((name) => countOf(dry, name)),
    [2, 1, 3, 2],
  );
  assert.match(
    dry.stdout,
    /would be sent:\n {2}\{"agent":"a","serviceId":"s","requests":1,"id":"id-[0-9a-f]{32}"/,
  );
  // The server's message about the file is the same.
  const { api } = await startInProcess(t, {}, now);
  const sent = await ingestHere(api.url, [file, ...options]);
  assert.deepEqual([sent.code, countOf(sent, 'recorded'), countOf(sent, 'refused')], [3, 2, 3], sent.stdout);
  const codes = (done: Ingested) =>
    [...done.stdout.matchAll(/^ {2}row (\d+).*?: (\w+):/gm)].map(([, row, code]) => [row, code]);
  assert.deepEqual(codes(dry), codes(sent));
  const good = await ingestHere('http://127.0.0.1:1', [trace.file, '--preset', 'azure-llm', '--dry-run']);
  assertEnds(good, 0, /^Run the same command without --dry-run to send it\.$/);
  assert.match(good.stdout, /input-tokens +2,910,091 +0\n/);
  const unnamed = await ingestHere('http://127.0.0.1:1', [
    fileWith(t, 'agent,units\na,1\n'),
    ...mapped,
    '--dry-run',
  ]);
  assertEnds(unnamed, 4, /^Run the same command without --dry-run/);
  assert.match(unnamed.stdout, /WARNING: the rows have no id: give --id-column/);
});
