import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { auditLog } from './0017-audit-log.ts';
import { numberedActs } from './0021-numbered-acts.ts';

test('the migration numbers existing acts in their order, and then protects the log again', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(auditLog);
  for (const [id, tenant] of [
    ['03', 'acme'],
    ['01', 'acme'],
    ['02', 'bolt'],
  ]) {
    database.exec(`INSERT INTO audit_log (id, tenant, at_ms, type, subject, details, actor)
      VALUES (x'${id}', '${tenant}', 0, 'service.changed', '', '{}', 'server')`);
  }
  database.exec(numberedActs);
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  assert.deepEqual(rows('SELECT hex(id), number FROM audit_log ORDER BY id'), [
    ['01', 1],
    ['02', 1],
    ['03', 2],
  ]);
  assert.deepEqual(rows('SELECT tenant, acts FROM audit_log_counts ORDER BY tenant'), [
    ['acme', 2],
    ['bolt', 1],
  ]);
  assert.throws(() => database.exec('UPDATE audit_log SET number = 7'), /append-only/);
  database.close();
});
