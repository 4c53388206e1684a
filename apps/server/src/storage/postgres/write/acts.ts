import type { Act } from '../../../domain/act.ts';
import { actRow, auditLog } from '../../tables/acts.ts';
import { json } from '../columns.ts';
import type { StatementRunner } from '../connection.ts';
import { madeList, recordOf, recordset } from '../described.ts';

const columns = madeList(auditLog);
const actRecord = recordOf(auditLog);
// The count of a tenant is locked until the commit, in one order: each number is given once.
const saveActsSql = `WITH made AS (SELECT *, row_number() OVER (PARTITION BY tenant ORDER BY id) AS place
    FROM json_to_recordset($1) AS w (${recordset(auditLog)})),
  counted AS (INSERT INTO audit_log_counts AS c (tenant, acts)
    SELECT tenant, count(*) FROM made GROUP BY tenant ORDER BY tenant
    ON CONFLICT (tenant) DO UPDATE SET acts = c.acts + excluded.acts RETURNING c.tenant, c.acts)
  INSERT INTO audit_log (${columns}, number)
  SELECT ${columns}, c.acts - count(*) OVER (PARTITION BY tenant) + place FROM made JOIN counted AS c USING (tenant)`;

export async function saveActs(statements: StatementRunner, acts: readonly Act[]): Promise<void> {
  if (acts.length === 0) return;
  const rows = acts.map((act) => actRecord({}, actRow(act)));
  await statements.rows(saveActsSql, [json(rows)]);
}
