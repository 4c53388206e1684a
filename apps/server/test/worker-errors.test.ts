// Tests the effect of one tenant's books on the workers that serve all tenants.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runBooksCommand } from '../src/cli/books/commands.ts';
import type { Api } from './harness/api.ts';
import { engineEnvironment } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { countAnswers, dateOf, runSql } from './harness/sql.ts';
import { adminKey, apiOfTenant, asAdmin } from './harness/tenants.ts';

const tenants = ['acme', 'bolt', 'cord'] as const;
const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

async function startWithTenants(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const server = await startInProcess(t, { ADMIN_API_KEY: adminKey, ...environment });
  const apis = await Promise.all(tenants.map((tenant) => apiOfTenant(server.api, tenant)));
  return { ...server, apis };
}

async function record(api: Api, key?: string): Promise<string> {
  const answer = await api.post('/usage', usage, key);
  assert.equal(answer.status, 201, answer.text);
  return answer.headers.get('location')?.split('/').at(-1) ?? '';
}

test('if the books of one tenant cannot be read, the others are still audited', async (t) => {
  const { api, apis, app, databaseUrl } = await startWithTenants(t);
  for (const tenantApi of apis) {
    const reversed = await tenantApi.post(`/entries/${await record(tenantApi)}/reverse`, {
      reason: 'mistake',
    });
    assert.equal(reversed.status, 201, reversed.text);
  }
  // The entry that the first tenant's reversal reverses is deleted, so the reversal cannot be read.
  await runSql(
    databaseUrl,
    `DELETE FROM reversal_lines WHERE account = (SELECT account FROM accounts WHERE tenant = 'acme');
     DELETE FROM reversals WHERE account = (SELECT account FROM accounts WHERE tenant = 'acme')`,
  );
  const sums = await app.audit.runOnce();
  assert.deepEqual([sums?.tenants, sums?.differences], [2, 0]);
  const { text } = await api.get('/metrics', asAdmin);
  assert.match(text, /^billonce_audit_failed_tenants 1$/m);
  await app.close();

  let printed = '';
  const print = (more: string) => {
    printed += more;
  };
  const environment = { ...engineEnvironment, DATABASE_URL: databaseUrl };
  const code = await runBooksCommand('verify', [], { print, complain: print, environment });
  assert.notEqual(code, 0);
  assert.match(printed, /^FAILED acme: .*\nok bolt: .*\nok cord: .*\n.*1 tenants could not be read/);
});

/** Makes a database refuse to delete the answers of a tenant. */
async function refuseToDelete(databaseUrl: string, tenant: string, day: string): Promise<void> {
  const when = `WHEN (old.tenant = '${tenant}')`;
  const statements = databaseUrl.startsWith('file:')
    ? [
        `CREATE TRIGGER refuse BEFORE DELETE ON answers_${day} ${when} BEGIN SELECT RAISE(ABORT, 'refused'); END`,
      ]
    : [
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`,
        `CREATE TRIGGER refuse BEFORE DELETE ON answers FOR EACH ROW ${when} EXECUTE FUNCTION refuse()`,
      ];
  for (const statement of statements) await runSql(databaseUrl, statement);
}

test('if answers of one tenant cannot be deleted, the sweep of the others continues', async (t) => {
  const { apis, app, clock, databaseUrl } = await startWithTenants(t, { IDEMPOTENCY_CACHE_MAX_ENTRIES: '2' });
  for (const api of apis) for (let key = 0; key < 5; key++) await record(api, `key-${key}`);
  await refuseToDelete(databaseUrl, 'acme', dateOf(clock.nowMs));
  const reports = await app.sweep.runOnce();
  assert.deepEqual(
    reports.flatMap(({ failures }) => failures.map(({ task }) => task)),
    ['evicted answers of tenant acme'],
  );
  assert.deepEqual([...(await countAnswers(databaseUrl)).values()], [5 + 2 + 2]);
});
