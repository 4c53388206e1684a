import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import { SqliteConnection } from './connection.ts';
import { migrate } from './migrations/migrate.ts';
import { loadAgentsAfterSql, loadTenantsAfterSql } from './read/accounts.ts';
import { loadTenantsSql } from './read/acts.ts';
import { countOfTenantSql } from './read/api-keys.ts';
import { countPendingSql, loadDueSql } from './read/deliveries.ts';
import { hasTenantSql } from './read/tenants.ts';
import { loadWebhooksSql } from './read/webhooks.ts';

const tables = 'accounts|api_keys|audit_log|deliveries|services|webhooks';

test('no statement of the HTTP thread or of a batch scans a whole table', (t) => {
  const file = `${temporaryFolder(t)}/books.db`;
  const connection = new SqliteConnection(file, 'read_write');
  migrate(connection);
  connection.close();
  const database = new DatabaseSync(file);
  const planOf = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail));
  const scan = new RegExp(`SCAN (a AS )?(${tables}|a)\\b`);
  for (const sql of [
    loadTenantsAfterSql,
    loadAgentsAfterSql,
    loadTenantsSql,
    countOfTenantSql,
    hasTenantSql,
    loadWebhooksSql,
    loadDueSql.all,
    loadDueSql.tests,
  ]) {
    const plan = planOf(sql);
    assert.ok(
      plan.some((line) => line.includes('USING')),
      sql,
    );
    assert.deepEqual(
      plan.filter((line) => scan.test(line)),
      [],
      sql,
    );
  }
  const index = (sql: string) => planOf(sql).join();
  assert.match(index(loadDueSql.tests), /deliveries_of_tests/);
  assert.match(index(countPendingSql), /deliveries USING COVERING INDEX deliveries_due/);
  assert.match(index(loadWebhooksSql), /webhooks_in_use/);
  assert.match(index(countOfTenantSql), /COVERING INDEX api_keys_by_tenant/);
  database.close();
});
