// Two roles: one owns the tables and migrates them. The servers use the other, which has only the rights that a server
// needs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';

process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const { runBooksCommand } = await import('../../src/cli/books/commands.ts');
const { emptyPostgres, isByTenant, isOnCitus } = await import('../harness/database.ts');
const { startInProcess } = await import('../harness/in-process.ts');
const { runSql } = await import('../harness/sql.ts');

const dayMs = 86_400_000;

function asRole(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = 'secret';
  return url.href;
}

/** A database with an owner and a role of servers, as the how-to page creates them. */
async function prepare() {
  const databaseUrl = await emptyPostgres();
  const name = new URL(databaseUrl).pathname.slice(1);
  const [owner, server] = [`${name}_owner`, `${name}_server`];
  await runSql(
    databaseUrl,
    `CREATE ROLE ${owner} LOGIN PASSWORD 'secret'; CREATE ROLE ${server} LOGIN PASSWORD 'secret';
    REVOKE ALL ON DATABASE ${name} FROM PUBLIC; ALTER DATABASE ${name} OWNER TO ${owner};
    GRANT CONNECT ON DATABASE ${name} TO ${server}; REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO ${owner}`,
  );
  return { owner: asRole(databaseUrl, owner), server: asRole(databaseUrl, server), serverRole: server };
}

async function migrateAs(databaseUrl: string, role: string) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { DATABASE_URL: databaseUrl, DATABASE_BY_TENANT: String(isByTenant) };
  return {
    code: await runBooksCommand('migrate', [role], { print, complain: print, environment }),
    printed: () => printed,
  };
}

test('a server runs for days as a role that owns nothing, and its facts cannot be changed', async (t) => {
  const { owner, server, serverRole } = await prepare();
  await assert.rejects(startInProcess(t, { DATABASE_URL: server }), /run billonce migrate as its owner/);
  const migrated = await migrateAs(owner, serverRole);
  assert.equal(migrated.code, 0, migrated.printed());
  assert.match(
    migrated.printed(),
    isOnCitus ? /^distributed over the nodes: tenants, / : /^the schema is at /,
  );
  const { api, app, clock } = await startInProcess(t, {
    DATABASE_URL: server,
    IDEMPOTENCY_CACHE_TTL_MS: '1000',
  });
  await api.post('/services', { serviceId: 'search', priceStroops: 7 });
  for (let day = 0; day < 12; day++) {
    const usage = { agent: 'a', serviceId: 'search', requests: 3 };
    assert.equal((await api.post('/usage', usage, `key-${day}`)).status, 201);
    clock.nowMs += dayMs;
    await app.sweep.runOnce();
  }
  const settled = await api.post('/settle', { agent: 'a', serviceId: 'search' }, 'settle');
  assert.equal(settled.status, 200, settled.text);
  assert.equal((await api.get('/audit')).json.ok, true);
  const client = new Client({ connectionString: server });
  await client.connect();
  t.after(() => client.end());
  const { rows } = await client.query(
    "SELECT count(*) AS parts FROM pg_inherits WHERE inhparent = 'answers'::regclass",
  );
  assert.ok(Number(rows[0].parts) >= 8);
  await client.query("SELECT billonce_analyze(ARRAY['accounts', 'entries'])");
  for (const sql of [
    'UPDATE entries SET requests = 1',
    'DELETE FROM entries',
    "UPDATE settlements SET tenant = 'x'",
    'DELETE FROM service_prices',
    'TRUNCATE accounts',
    'DROP TABLE entries',
    'ALTER TABLE entries DISABLE TRIGGER ALL',
    'CREATE TABLE mine (a integer)',
    'UPDATE schema_versions SET version = 1',
    "SELECT billonce_analyze(ARRAY['pg_class'])",
    "SELECT billonce_drop_part('entries')",
    "SELECT billonce_make_part('entries', 'entries_20260101_20260102', '1', '2')",
  ]) {
    await assert.rejects(
      client.query(sql),
      /permission denied|must be owner|not a part|not a table that|modifying the partition value/,
      sql,
    );
  }
});

test('a role with the rights of the owner is refused, and so is one that does not exist', async () => {
  const { owner } = await prepare();
  for (const role of [decodeURIComponent(new URL(owner).username), 'not_there']) {
    const { code, printed } = await migrateAs(owner, role);
    assert.equal(code, 1);
    assert.match(printed(), /two different roles|does not exist/);
  }
});
