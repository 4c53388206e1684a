// Administrative acts were deleted directly from the database: verify and /audit must report them.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runHere } from './harness/command.ts';
import { startInProcess } from './harness/in-process.ts';
import { runSql } from './harness/sql.ts';
import { adminKey, apiOfTenant, asAdmin } from './harness/tenants.ts';

/** Books with acts of a tenant, numbered 1 to 5, and two acts of the operator. */
async function booksWithActs(t: TestContext) {
  const { api, databaseUrl } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const acme = await apiOfTenant(api, 'acme');
  const items = ['a', 'b', 'c'].map((serviceId) => ({ serviceId, priceStroops: 5 }));
  assert.equal((await acme.post('/services/bulk', { items })).status, 201);
  assert.equal((await acme.call('/services/a/disable', { method: 'POST' })).status, 200);
  assert.equal((await acme.post('/usage', { agent: 'agent-1', serviceId: 'b', requests: 3 })).status, 201);
  for (const path of ['/admin/pause', '/admin/unpause'])
    await api.call(path, { method: 'POST', headers: asAdmin });
  // First the test removes the trigger that protects the log in a file.
  if (databaseUrl.startsWith('file:')) {
    for (const trigger of ['audit_log_is_not_changed', 'audit_log_is_not_deleted']) {
      await runSql(databaseUrl, `DROP TRIGGER ${trigger}`);
    }
  }
  return { acme, databaseUrl };
}

const verified = (databaseUrl: string) => runHere(['verify', databaseUrl]);
const remove = (databaseUrl: string, tenant: string, condition: string) =>
  runSql(databaseUrl, `DELETE FROM audit_log WHERE tenant = '${tenant}' AND number ${condition}`);

test('verify and the audit find each gap in the acts of a tenant', async (t) => {
  const { acme, databaseUrl } = await booksWithActs(t);
  const right = await verified(databaseUrl);
  assert.equal(right.code, 0, right.printed);
  assert.match(right.printed, /^ok acme: 1 accounts, .* 5 administrative acts\nthe books are right\n$/);
  assert.deepEqual((await acme.get('/audit')).json.acts, { logged: 5, differences: [] });
  // The third act is removed, and then the last two: no later number reveals their absence.
  await remove(databaseUrl, 'acme', '= 2');
  await remove(databaseUrl, 'acme', '>= 4');
  const { code, printed } = await verified(databaseUrl);
  const differences = ['act 2 is missing from the audit log', 'acts 4 to 5 are missing from the audit log'];
  assert.equal(code, 3);
  assert.match(printed, /^DIFFERS acme: 1 accounts, /);
  for (const line of differences) assert.ok(printed.includes(`\n  ${line}\n`), printed);
  assert.match(printed, /\n2 differences\n$/);
  const audit = (await acme.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.acts], [false, { logged: 5, differences }]);
  // A later act gets the next number, and fills no gap.
  assert.equal((await acme.call('/services/a/enable', { method: 'POST' })).status, 200);
  assert.deepEqual((await acme.get('/audit')).json.acts, { logged: 6, differences });
});

test('verify finds missing acts of the operator, and of a tenant whose count was also removed', async (t) => {
  const { acme, databaseUrl } = await booksWithActs(t);
  await remove(databaseUrl, '$admin', '= 2');
  const { code, printed } = await verified(databaseUrl);
  assert.equal(code, 3);
  assert.match(
    printed,
    /\nDIFFERS \$admin: 2 administrative acts\n {2}act 2 is missing from the audit log\n1 differences\n$/,
  );
  if (databaseUrl.startsWith('file:')) {
    await assert.rejects(
      runSql(databaseUrl, "UPDATE audit_log_counts SET acts = 1 WHERE tenant = 'acme'"),
      /append-only/,
    );
    await assert.rejects(runSql(databaseUrl, 'DELETE FROM audit_log_counts'), /append-only/);
    await runSql(databaseUrl, 'DROP TRIGGER audit_log_counts_are_not_deleted');
  }
  await runSql(databaseUrl, "DELETE FROM audit_log_counts WHERE tenant = 'acme'");
  const { differences } = (await acme.get('/audit')).json.acts;
  assert.deepEqual(differences, ['the count of the acts in the audit log is missing']);
});
