import type { Asset } from '../../../domain/asset.ts';
import { assets } from '../../tables/assets.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';

const saveAssetSql = insertSql(assets);
const assetValues = valuesOf(assets);

export function saveAsset(connection: SqliteConnection, tenant: string, asset: Asset): void {
  connection.run(saveAssetSql, tenant, ...assetValues(asset));
}
