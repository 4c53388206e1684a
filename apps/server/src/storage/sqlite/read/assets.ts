import type { Asset } from '../../../domain/asset.ts';
import type { AssetReads } from '../../../reads/books/assets.ts';
import { assets } from '../../tables/assets.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const parseAsset = parserOf(assets);

const loadAssetsSql = `SELECT ${selectList(assets)} FROM assets WHERE tenant = ? ORDER BY code`;

/** Those that a tenant registered, by their codes. */
export function loadAssets(connection: SqliteConnection, tenant: string): Asset[] {
  return connection.all(loadAssetsSql, tenant).map((row) => parseAsset(row));
}

export function assetReads(read: Read): AssetReads {
  return { assets: (tenant) => read((connection) => loadAssets(connection, tenant)) };
}
