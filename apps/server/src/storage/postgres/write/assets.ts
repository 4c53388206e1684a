import { assets } from '../../tables/assets.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf } from '../described.ts';
import type { OwnedAsset } from '../read/assets.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveAssetsSql = insertSql(assets);
const assetRecord = recordOf(assets);

export async function saveAssets(statements: StatementRunner, owned: readonly OwnedAsset[]): Promise<void> {
  if (owned.length === 0) return;
  const rows = owned.map(({ tenant, asset }) => assetRecord({ tenant }, asset));
  await statements.rows(saveAssetsSql, [json(rows)]);
}
