import type { Act } from '../../../domain/act.ts';
import { actRow, auditLog } from '../../tables/acts.ts';
import { json } from '../columns.ts';
import { madeList, recordOf, recordset } from '../described.ts';
import { OneTenant, ofTenants } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';

const columns = madeList(auditLog).split(', ');
const actRecord = recordOf(auditLog);
// The count of a tenant is locked until the commit, in one order: each number is given once.
const saveActsSql = ofTenants(
  1,
  (tenant) => `WITH made AS (SELECT *, row_number() OVER (PARTITION BY tenant ORDER BY id) AS place
    FROM json_to_recordset($1) AS w (${recordset(auditLog)})),
  counted AS (INSERT INTO audit_log_counts AS c (tenant, acts)
    SELECT ${tenant}, count(*) FROM made AS w GROUP BY ${tenant} ORDER BY ${tenant}
    ON CONFLICT (tenant) DO UPDATE SET acts = c.acts + excluded.acts RETURNING c.tenant, c.acts)
  INSERT INTO audit_log (${columns.join(', ')}, number)
  SELECT ${columns.map((name) => (name === 'tenant' ? tenant : `w.${name}`)).join(', ')},
    c.acts - count(*) OVER (PARTITION BY w.tenant) + w.place FROM made AS w JOIN counted AS c ON c.tenant = w.tenant`,
);

export async function saveActs(statements: StatementRunner, acts: readonly Act[]): Promise<void> {
  if (statements instanceof OneTenant) {
    // A command of the operator may be an act in another tenant: that of an API key.
    const byTenant = Map.groupBy(acts, ({ tenant }) => tenant);
    await Promise.all([...byTenant].map(([tenant, own]) => saveActsOf(statements.of(tenant), own)));
  } else if (acts.length > 0) await saveActsOf(statements, acts);
}

async function saveActsOf(statements: StatementRunner, acts: readonly Act[]): Promise<void> {
  const rows = acts.map((act) => actRecord({}, actRow(act)));
  await statements.rows(saveActsSql, [json(rows)]);
}
