import { type Asset, assetsMax, assetsWith, xlm } from '../asset.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, refused } from '../decision.ts';
import type { Refusal } from '../refusal.ts';
import type { View } from '../view.ts';

/** The asset that is named; `undefined`: it is not registered. */
export function knownAsset(code: string, view: View): Asset | undefined {
  return code === xlm.code ? xlm : view.assets().find((asset) => asset.code === code);
}

/** @param pointer of the member that names it */
export function unknownAsset(code: string, pointer = '/asset'): Refusal {
  return { code: 'unknown_asset', message: `asset ${code} is not registered`, pointer };
}

/** Registers an asset. Its scale cannot change, because bills were rounded to it. */
export interface PutAsset {
  readonly kind: 'put_asset';
  readonly asset: Asset;
}

export type AssetsCommand = PutAsset;

export interface AssetPut {
  readonly kind: 'asset_put';
  readonly asset: Asset;
  /** whether it was not registered before */
  readonly isNew: boolean;
}

const putAsset: CommandRules<PutAsset, AssetPut> = {
  ...usually,
  reads: (_, wants) => void wants.assets.add('registered'),
  idsMax: () => 0,
  changesTenant: () => true,
  decide: decidePut,
};

export const assetsCommands = { put_asset: putAsset } satisfies RulesOf<AssetsCommand>;

function decidePut({ asset }: PutAsset, view: View): Decision<AssetPut> {
  const registered = view.assets();
  const known = assetsWith(registered).find(({ code }) => code === asset.code);
  if (known !== undefined) {
    return known.scale === asset.scale
      ? done({ kind: 'asset_put', asset, isNew: false })
      : refused(conflict(known));
  }
  if (registered.length >= assetsMax) {
    return refused({ code: 'limit_exceeded', message: `a tenant has at most ${assetsMax} assets` });
  }
  return done({ kind: 'asset_put', asset, isNew: true }, { assets: [asset] });
}

function conflict({ code, scale }: Asset): Refusal {
  const message = `asset ${code} has ${scale} decimal places, which cannot change; register another code`;
  return { code: 'asset_conflict', message };
}
