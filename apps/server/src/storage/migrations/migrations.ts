import type { Engine } from '../table.ts';
import { serviceUnit } from './0001-service-unit.ts';
import { billsByEntry } from './0002-bills-by-entry.ts';
import { accountEntries } from './0003-account-entries.ts';
import { recordLog } from './0004-record-log.ts';
import { limits } from './0005-limits.ts';
import { balances } from './0006-balances.ts';
import { runs } from './0007-runs.ts';
import { heldCounts } from './0008-held-counts.ts';
import { freeGrants } from './0009-free-grants.ts';
import { auditedBalances } from './0010-audited-balances.ts';
import { exactPrices } from './0011-exact-prices.ts';
import { unitScales } from './0012-unit-scales.ts';
import { partialReversals } from './0014-partial-reversals.ts';
import { usageMetadata } from './0015-usage-metadata.ts';
import { priceTiers } from './0016-price-tiers.ts';
import { assets } from './0018-assets.ts';
import { limitsOfMoney } from './0019-limits-of-money.ts';
import { datedPrices } from './0020-dated-prices.ts';

/**
 * The schema from here on, for both engines, in order. Each engine runs these after the migrations in its own folder,
 * which is closed. Forward only: a migration that was released is never edited.
 */
const migrations: readonly Readonly<Record<Engine, string>>[] = [
  serviceUnit,
  billsByEntry,
  accountEntries,
  recordLog,
  limits,
  balances,
  runs,
  heldCounts,
  freeGrants,
  auditedBalances,
  exactPrices,
  unitScales,
  partialReversals,
  usageMetadata,
  priceTiers,
  assets,
  limitsOfMoney,
  datedPrices,
];

export function migrationsOf(engine: Engine): readonly string[] {
  return migrations.map((sql) => sql[engine]);
}
