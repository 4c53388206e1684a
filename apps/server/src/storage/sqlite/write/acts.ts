import type { Act } from '../../../domain/act.ts';
import { actRow, auditLog } from '../../tables/acts.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';

const countActSql = `INSERT INTO audit_log_counts (tenant, acts) VALUES (?, 1)
  ON CONFLICT (tenant) DO UPDATE SET acts = acts + 1 RETURNING acts`;
const saveActSql = insertSql(auditLog, ['number']);
const actValues = valuesOf(auditLog);

export function saveAct(connection: SqliteConnection, act: Act): void {
  const counted = connection.get(countActSql, act.tenant);
  if (counted === undefined) throw new Error('an act was not counted');
  connection.run(saveActSql, ...actValues(actRow(act)), integer(counted, 'acts'));
}
