import type { Hold } from '../../../domain/hold.ts';
import { holds } from '../../tables/holds.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf, upsertSql } from '../described.ts';
import type { OwnedHold } from '../read/holds.ts';
import type { StatementRunner } from '../statement-runner.ts';

const holdRecord = recordOf(holds);

// Without `ON CONFLICT`: a hold that another instance has made meanwhile was not seen.
const makeHoldsSql = insertSql(holds, 'w.tenant COLLATE "C", id COLLATE "C"');
// The rows exist and are locked, so it inserts none.
const changeHoldsSql = upsertSql(holds);

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
