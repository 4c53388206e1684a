import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCommand, runHere } from './harness/command.ts';
import { startInProcess } from './harness/in-process.ts';
import { listen } from './harness/listen.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

async function booksOf(t: TestContext) {
  const { api, databaseUrl: database } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 7 });
  for (let batch = 0; batch < 3; batch++) {
    const items = Array.from({ length: 900 }, (_, index) => ({
      agent: `agent-${index % 3}`,
      serviceId: 'search',
      requests: 1 + index,
      id: `${batch}-${index}`,
    }));
    assert.equal((await api.post('/usage/bulk', { items })).status, 201);
    await api.post('/settle', { agent: 'agent-1', serviceId: 'search' });
  }
  return { database, api };
}

test('an export from a database equals one from its server, in both formats and filtered, and is named once complete', async (t) => {
  const { database, api } = await booksOf(t);
  const folder = temporaryFolder(t);
  for (const what of ['entries', 'settlements']) {
    for (const format of ['csv', 'jsonl']) {
      for (const filter of [
        [],
        ['--agent', 'agent-1', '--service', 'search'],
        ['--to', '2020-01-01T00:00:00Z'],
      ]) {
        const name = (from: string) =>
          join(folder, `${what}-${from}-${filter.length}-${filter[1]}.${format}`);
        const offline = await runHere(['export', what, name('file'), '--source', database, ...filter]);
        assert.equal(offline.code, 0, offline.printed);
        const online = await runHere(['export', what, name('url'), '--source', api.url, ...filter]);
        assert.equal(online.code, 0, online.printed);
        const text = readFileSync(name('file'), 'utf8');
        assert.equal(text, readFileSync(name('url'), 'utf8'), name('file'));
        const all = what === 'entries' ? 2_700 : 3;
        const expected = filter.includes('--to')
          ? 0
          : filter.length === 0 || what === 'settlements'
            ? all
            : all / 3;
        assert.equal(text.split('\n').length - 1, expected + (format === 'csv' ? 1 : 0));
      }
    }
  }
  const lines = readFileSync(join(folder, 'entries-file-0-undefined.jsonl'), 'utf8').trim().split('\n');
  const { items } = (await api.get('/entries?limit=1000')).json;
  assert.deepEqual(
    lines.slice(0, 1000).map((line) => JSON.parse(line)),
    items,
  );
  assert.ok(readdirSync(folder).every((name) => !name.endsWith('.partial')));
});

test('a server that breaks off half-way leaves no file, and an existing one is not overwritten', async (t) => {
  const folder = temporaryFolder(t);
  const server = createServer((_request, response) => {
    response.writeHead(200).write('id,agent\r\n1,a\r\n', () => response.destroy());
  });
  const url = await listen(t, server);
  for (const name of ['entries.csv', 'entries.jsonl']) {
    const target = join(folder, name);
    const broken = await runHere(['export', 'entries', target, '--source', url]);
    assert.equal(broken.code, 1, broken.printed);
    assert.match(broken.printed, /the connection broke/);
  }
  assert.deepEqual(readdirSync(folder), []);
  const { database } = await booksOf(t);
  const target = join(folder, 'entries.csv');
  const args = ['export', 'entries', target];
  // This one runs in a separate process, like for a user.
  assert.equal((await runCommand(args, { DATABASE_URL: database })).code, 0);
  const before = readFileSync(target);
  const second = await runHere(args, { DATABASE_URL: database });
  assert.equal(second.code, 1);
  assert.match(second.printed, /entries\.csv exists/);
  assert.deepEqual(readFileSync(target), before);
});

test('a tenant must be named if there are several, and an unknown one is an error', async (t) => {
  const { api, databaseUrl: database } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const folder = temporaryFolder(t);
  for (const tenant of ['one', 'two']) {
    const own = await apiOfTenant(api, tenant);
    await own.post('/usage', { agent: `agent-of-${tenant}`, serviceId: 'search', requests: 3 });
  }
  const run = (name: string, ...args: string[]) =>
    runHere(['export', 'entries', join(folder, name), ...args], { BILLONCE_API_KEY: adminKey });
  assert.match((await run('a.csv', '--source', database)).printed, /several tenants/);
  assert.match((await run('a.csv', '--source', database, '--tenant', 'three')).printed, /no tenant three/);
  for (const source of [database, api.url]) {
    const name = `${source.length}.csv`;
    assert.equal((await run(name, '--source', source, '--tenant', 'two')).code, 0);
    assert.match(readFileSync(join(folder, name), 'utf8'), /agent-of-two/);
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /agent-of-one/);
  }
  const verified = await runHere(['verify', api.url], {
    BILLONCE_API_KEY: adminKey,
    BILLONCE_TENANT: 'one',
  });
  assert.equal(verified.code, 0);
  assert.equal(
    verified.printed,
    'ok one: 1 accounts, 1 entries, 0 settlements, 0 XLM recorded, 0 XLM settled, 1 administrative acts\nthe books are right\n',
  );
  const refused = await runHere(['verify', api.url]);
  assert.equal(refused.code, 1);
  assert.match(refused.printed, /401, unauthorized/);
  assert.equal((await runHere(['verify', database])).code, 0);
});
