import type { Hold } from '../../../domain/hold.ts';
import { holds } from '../../tables/holds.ts';
import type { SqliteConnection } from '../connection.ts';
import { upsertSql, valuesOf } from '../described.ts';

const saveHoldSql = upsertSql(holds);
const holdValues = valuesOf(holds);

export function saveHold(connection: SqliteConnection, tenant: string, hold: Hold): void {
  connection.run(saveHoldSql, tenant, ...holdValues(hold));
}
