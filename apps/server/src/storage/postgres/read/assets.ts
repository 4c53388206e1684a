import type { Asset } from '../../../domain/asset.ts';
import type { AssetReads } from '../../../reads/books/assets.ts';
import { assets } from '../../tables/assets.ts';
import { json, text } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const parseAsset = parserOf(assets);

const loadAssetsSql = ofTenants(
  1,
  () => `SELECT tenant, ${selectList(assets)} FROM assets
  WHERE tenant IN (SELECT json_array_elements_text($1)) ORDER BY tenant, code`,
  (tenant) => `SELECT tenant, ${selectList(assets)} FROM assets
  WHERE tenant = ${tenant} AND tenant IN (SELECT json_array_elements_text($1)) ORDER BY code`,
);

/** An asset with the tenant that registered it. */
export interface OwnedAsset {
  readonly tenant: string;
  readonly asset: Asset;
}

/** Those that some tenants registered, by their codes. */
export async function loadAssets(
  connection: StatementRunner,
  tenants: readonly string[],
): Promise<OwnedAsset[]> {
  const rows = await connection.rows(loadAssetsSql, [json(tenants)]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), asset: parseAsset(row) }));
}

export function assetReads(reader: Reader): AssetReads {
  return {
    assets: (tenant) =>
      reader.of(tenant, async (connection) =>
        (await loadAssets(connection, [tenant])).map(({ asset }) => asset),
      ),
  };
}
