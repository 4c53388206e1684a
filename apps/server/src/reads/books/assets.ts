import type { Asset } from '../../domain/asset.ts';

/** Reads of assets. */
export interface AssetReads {
  /** those that a tenant registered, by their codes */
  assets(tenant: string): Promise<readonly Asset[]>;
}
