// Tests the output of commands for programs.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { optionsOf } from '../src/cli/command-line/command.ts';
import { commandSpecs } from '../src/cli/commands.ts';
import { runSettle } from '../src/cli/settle/command.ts';
import { runCommand, runHere } from './harness/command.ts';
import { startInProcess } from './harness/in-process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

test('every command that has a result prints it as JSON, too', () => {
  // The output of these is a script or a protocol.
  const others = ['completion', 'mcp'];
  for (const spec of commandSpecs)
    assert.equal('json' in optionsOf(spec), !others.includes(spec.name), spec.name);
});

test('verify, export, backup and restore print JSON, even for an error', async (t) => {
  const { api, databaseUrl } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 10 });
  await api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests: 3 });
  const folder = temporaryFolder(t);
  const run = async (...args: readonly string[]) => {
    const { code, printed } = await runHere([...args, '--json'], { DATABASE_URL: databaseUrl });
    const documents = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { code, documents };
  };
  const verified = await run('verify');
  assert.equal(verified.code, 0);
  const [tenant, end] = verified.documents;
  assert.deepEqual(
    [tenant.tenant, tenant.ok, tenant.entries, tenant.recordedStroops, tenant.differences],
    ['public', true, 1, '30', []],
  );
  assert.deepEqual(end, { ok: true, differenceCount: 0 });
  const asked = await run('verify', '--server', api.url);
  assert.deepEqual([asked.documents[0].entries, asked.documents.at(-1)], [1, end]);
  const file = join(folder, 'entries.csv');
  assert.deepEqual((await run('export', 'entries', file)).documents, [{ file, what: 'entries' }]);
  const again = await run('export', 'entries', file);
  assert.equal(again.code, 1);
  assert.equal(again.documents[0].error, 'failed');
  assert.match(again.documents[0].message, /entries\.csv/);
  if (!databaseUrl.startsWith('file:')) return;
  const backup = join(folder, 'backup.db');
  const { documents } = await run('backup', backup);
  assert.deepEqual(documents, [{ backup, file: databaseUrl.slice('file:'.length) }]);
  const restored = join(folder, 'restored.db');
  assert.deepEqual((await run('restore', backup, '--database', restored)).documents, [
    { file: restored, backup },
  ]);
  assert.ok(existsSync(restored));
});

test('settle and ingest print JSON, even for an error', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 10 });
  const rows = join(temporaryFolder(t), 'usage.csv');
  writeFileSync(rows, 'id,agent,n\n1,agent-7,3\n2,agent-7,4\n3,agent-7,x\n');
  const environment = { BILLONCE_URL: api.url };
  const columns = [
    '--id-column',
    'id',
    '--agent-column',
    'agent',
    '--requests-column',
    'n',
    '--service',
    'search',
  ];
  const ingested = await runCommand(['ingest', rows, ...columns, '--quiet', '--json'], environment);
  const summary = JSON.parse(ingested.printed);
  assert.deepEqual(
    [ingested.code, summary.exitCode, summary.ending, summary.recorded, summary.rowsRefused],
    [3, 3, 'finished', 2, 1],
  );
  assert.deepEqual(summary.services, [
    { serviceId: 'search', recordedRequests: '7', duplicateRequests: '0' },
  ]);
  assert.equal(summary.refusals[0].row, 3);
  const settle = async (url: string) => {
    let printed = '';
    const print = (text: string) => {
      printed += text;
    };
    const surroundings = { print, complain: print, environment: { BILLONCE_URL: url } };
    return {
      code: await runSettle(['--run', '2026-11', '--json'], surroundings),
      document: JSON.parse(printed),
    };
  };
  assert.deepEqual(await settle(api.url), {
    code: 0,
    document: { runId: '2026-11', bills: 1, billedStroops: '70', left: [] },
  });
  const { code, document } = await settle('http://127.0.0.1:9');
  assert.deepEqual([code, document.error], [1, 'attempts_exhausted']);
});
