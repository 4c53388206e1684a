import type { Hold } from '../../../domain/hold.ts';
import { holds } from '../../tables/holds.ts';
import { json } from '../columns.ts';
import { changedColumns, insertSql, recordOf, recordset } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { OwnedHold } from '../read/holds.ts';
import type { StatementRunner } from '../statement-runner.ts';

const holdRecord = recordOf(holds);

// Without `ON CONFLICT`: a hold that another instance has made meanwhile was not seen.
const makeHoldsSql = insertSql(holds, 'w.tenant COLLATE "C", id COLLATE "C"');
const changeHoldsSql = ofTenants(
  1,
  (tenant) => `UPDATE holds AS h SET ${changedColumns(holds, 'w')}
  FROM json_to_recordset($1) AS w (${recordset(holds)}) WHERE h.tenant = ${tenant} AND h.id = w.id`,
);

/** @param isKnown whether the books knew a hold when the batch was loaded */
export async function saveHolds(
  statements: StatementRunner,
  changed: readonly OwnedHold[],
  isKnown: (tenant: string, hold: Hold) => boolean,
): Promise<void> {
  const rows = (wanted: boolean) =>
    changed
      .filter(({ tenant, hold }) => isKnown(tenant, hold) === wanted)
      .map(({ tenant, hold }) => holdRecord({ tenant }, hold));
  const [made, known] = [rows(false), rows(true)];
  await Promise.all([
    made.length === 0 ? [] : statements.rows(makeHoldsSql, [json(made)]),
    known.length === 0 ? [] : statements.rows(changeHoldsSql, [json(known)]),
  ]);
}
