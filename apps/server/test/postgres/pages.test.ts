// Types the commands of the pages on PostgreSQL: one role, two roles, and the output for a managed database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { checkClaims, take } from '../../../../packages/idempotency/test/harness/taken-blocks.ts';
import { billonceCommand, blocksOfPage, commandsOf, replaced, textOf, typed } from '../deploy/page.ts';
import { apiAt } from '../harness/api.ts';
import { emptyPostgres, isOnCitus, postgresEnvironment } from '../harness/database.ts';
import { repository } from '../harness/npm-start.ts';
import { startProcess } from '../harness/process.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

/** The URL of a database for another role. */
function asRole(databaseUrl: string, role: string, password: string, database: string): string {
  const url = new URL(databaseUrl);
  [url.username, url.password, url.pathname] = [role, password, `/${database}`];
  return url.href;
}

test('the commands of the page on two roles prepare a database on which a server runs', async (t) => {
  const given = await emptyPostgres();
  const name = new URL(given).pathname.slice(1);
  const [database, owner, server] = [`${name}_pages`, `${name}_pages_owner`, `${name}_pages_server`];
  const [start, migrate] = blocksOfPage('run-on-postgresql', 2).map(commandsOf);
  assert.deepEqual(start, ['DATABASE_URL=postgres://billonce:secret@db.example:5432/billonce npm start']);
  const shown = /^```sql\n([^`]*)```/m.exec(textOf('run-on-postgresql'))?.[1] ?? '';
  const sql = take('docs/how-to/run-on-postgresql.md', shown);
  const client = new Client({ connectionString: given });
  await client.connect();
  try {
    // Each role on this database server has a name that no other test uses.
    const renamed = sql
      .replaceAll('billonce_owner', owner)
      .replaceAll('billonce_server', server)
      .replaceAll(/DATABASE billonce\b/g, `DATABASE ${database}`);
    const statements = renamed.split(/(?<=;)\n/).filter((statement) => statement.trim() !== '');
    assert.equal(statements.length, 5);
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
  const asServer = {
    ...postgresEnvironment,
    DATABASE_URL: asRole(given, server, 'another secret', database),
  };
  await assert.rejects(startProcess(t, asServer), /run billonce migrate as its owner/);
  const values = {
    'postgres://billonce_owner:…@db.example:5432/billonce': asRole(given, owner, 'one secret', database),
    'migrate billonce_server': `migrate ${server}`,
    ...billonceCommand,
  };
  await typed(t, replaced((migrate ?? []).join('\n'), values), { folder: repository });
  const api = apiAt((await startProcess(t, asServer)).url);
  assert.equal((await api.post('/usage', usage)).status, 201);
});

test('the query of the page on a managed database counts the connections of a server', {
  skip: isOnCitus && 'Citus connects to its nodes as the role of the server, and would be counted, too',
}, async (t) => {
  const databaseUrl = await emptyPostgres();
  const { url } = await startProcess(t, { ...postgresEnvironment, DATABASE_URL: databaseUrl });
  const [start, check] = blocksOfPage('use-a-managed-postgresql', 2).map(commandsOf);
  assert.equal(start?.length, 1);
  const [psql = '', ready = ''] = check ?? [];
  const [, query = ''] = /^psql "\$DATABASE_URL" -c "([^"]+)"$/.exec(psql) ?? [];
  const role = decodeURIComponent(new URL(databaseUrl).username);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(replaced(query, { "'billonce'": `'${role}'` }));
    // This PostgreSQL has no TLS. The tests of TLS start one that has it.
    assert.deepEqual(
      rows.map(({ ssl }) => ssl),
      [false],
    );
  } finally {
    await client.end();
  }
  assert.equal(await typed(t, ready, { folder: repository, url }), '{"ready":true}');
});

checkClaims(import.meta.url);
