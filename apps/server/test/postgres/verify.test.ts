// `billonce verify` and `billonce export` on a PostgreSQL, in addition to export-command.test.ts, which runs on both
// engines.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runBooksCommand } from '../../src/cli/books/commands.ts';
import { apiAt } from '../harness/api.ts';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { connect } from '../harness/instances.ts';
import { startProcess } from '../harness/process.ts';
import { runSql } from '../harness/sql.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

async function run(databaseUrl: string, command: 'verify' | 'export' | 'backup', ...args: string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { ...postgresEnvironment, DATABASE_URL: databaseUrl };
  const code = await runBooksCommand(command, args, { print, complain: print, environment });
  return { code, printed };
}

const item = (agent: string, id: string) => ({ agent, serviceId: 'search', requests: 3, id });

test('verify finds the books on PostgreSQL correct while servers write, and finds tampering', async (t) => {
  const url = await emptyPostgres();
  const environment = { ...postgresEnvironment, DATABASE_URL: url };
  const servers = await Promise.all([startProcess(t, environment), startProcess(t, environment)]);
  const apis = servers.map((server) => apiAt(server.url));
  await apis[0]?.post('/services', { serviceId: 'search', priceStroops: 7 });
  let isWriting = true;
  let written = 0;
  const writing = apis.map(async (api, server) => {
    while (isWriting) {
      written++;
      const items = Array.from({ length: 20 }, (_, index) =>
        item(`agent-${index % 4}`, `${server}-${written}-${index}`),
      );
      assert.equal((await api.post('/usage/bulk', { items })).status, 201);
      await api.post('/settle', { agent: `agent-${written % 4}`, serviceId: 'search' });
    }
  });
  while (written < 5) await apis[0]?.get('/health');
  for (let audits = 0; audits < 5; audits++) {
    const { code, printed } = await run(url, 'verify');
    assert.equal(code, 0, printed);
    assert.match(printed, /^ok public: 4 accounts, \d+ entries, \d+ settlements, .*\nthe books are right\n$/);
  }
  isWriting = false;
  await Promise.all(writing);
  // The commands need no running server, and the command line can name the database.
  for (const server of servers) await server.stop('SIGTERM');
  const { entries } =
    /(?<entries>\d+) entries/.exec((await run('file:none', 'verify', url)).printed)?.groups ?? {};
  assert.ok(Number(entries) >= 5 * 20);
  await runSql(url, `UPDATE accounts SET recorded_requests = recorded_requests + 1 WHERE agent = 'agent-2'`);
  const { code, printed } = await run(url, 'verify');
  assert.equal(code, 3);
  assert.match(printed, /^DIFFERS public: 4 accounts/);
  assert.match(printed, /\n {2}agent-2 search: /);
  assert.match(printed, /\n[1-9]\d* differences\n$/);
});

test('verify and export need only the right to read', async (t) => {
  const url = await emptyPostgres();
  const server = await startProcess(t, { ...postgresEnvironment, DATABASE_URL: url });
  const api = apiAt(server.url);
  assert.equal((await api.post('/usage', item('agent-1', 'e-1'))).status, 201);
  const client = await connect(t, url);
  const role = `reader_${new URL(url).pathname.slice(1)}`;
  await client.query(`CREATE ROLE ${role} LOGIN`);
  await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
  const asReader = new URL(url);
  asReader.username = role;
  const verified = await run(asReader.href, 'verify');
  assert.equal(verified.code, 0, verified.printed);
  const target = join(temporaryFolder(t), 'entries.csv');
  const exported = await run(asReader.href, 'export', 'entries', target);
  assert.equal(exported.code, 0, exported.printed);
  assert.match(readFileSync(target, 'utf8'), /agent-1/);
});

test('verify and export refuse the schema of another version', async (t) => {
  const url = await emptyPostgres();
  await (await startProcess(t, { ...postgresEnvironment, DATABASE_URL: url })).stop('SIGTERM');
  const target = join(temporaryFolder(t), 'entries.csv');
  const refusals = async () => [
    (await run(url, 'verify')).printed,
    (await run(url, 'export', 'entries', target)).printed,
  ];
  await runSql(url, 'INSERT INTO schema_versions (version) VALUES (999)');
  for (const printed of await refusals())
    assert.match(
      printed,
      /: the database has schema 999, which a newer version of Billonce made; this version knows/,
    );
  await runSql(url, 'DELETE FROM schema_versions WHERE version > 1');
  for (const printed of await refusals())
    assert.match(
      printed,
      /: the database has schema 1, and this version reads schema \d+: start this version's server/,
    );
});

test('an unreachable PostgreSQL, or one without books, is reported as such', async () => {
  const url = await emptyPostgres();
  const none = await run(url, 'verify');
  assert.equal(none.code, 1);
  assert.equal(none.printed, 'billonce verify: the database has no books: no server has run on it\n');
  const away = await run('postgres://postgres@127.0.0.1:1/books', 'verify');
  assert.equal(away.code, 1);
  assert.match(
    away.printed,
    /^billonce verify: the PostgreSQL database books at 127\.0\.0\.1:1 cannot be reached \(connection refused\)/,
  );
  assert.match((await run(url, 'backup', 'copy.db')).printed, /pg_dump/);
});
