import type { Atoms } from './amount.ts';
import { type InAsset, isXlm } from './asset.ts';

/** Sums over accounts whose services are in one asset, in its atoms. Amounts in two assets are never added up. */
export interface AssetSums extends InAsset {
  /** what settlements now would bill */
  readonly billed: Atoms;
  /** of that: of services that are disabled */
  readonly disabled: Atoms;
  /** credits that would be left, as a number of 0 or above */
  readonly credit: Atoms;
  /** what settlements have billed */
  readonly settled: Atoms;
}

type Parts = Partial<Omit<AssetSums, keyof InAsset>>;

const zero = { billed: 0n, disabled: 0n, credit: 0n, settled: 0n };

/** Sums for each asset other than XLM, whose sums have members in stroops. */
export class OtherAssets {
  readonly #sums = new Map<string, AssetSums>();

  add(inAsset: InAsset, parts: Parts): void {
    if (isXlm(inAsset)) return;
    const { asset, assetScale } = inAsset;
    this.#sums.set(asset, plus(this.#sums.get(asset) ?? { asset, assetScale, ...zero }, parts));
  }

  /** by their codes */
  get list(): readonly AssetSums[] {
    return [...this.#sums.values()].sort((a, b) => (a.asset < b.asset ? -1 : 1));
  }
}

function plus(sums: AssetSums, { billed = 0n, disabled = 0n, credit = 0n, settled = 0n }: Parts): AssetSums {
  return {
    ...sums,
    billed: sums.billed + billed,
    disabled: sums.disabled + disabled,
    credit: sums.credit + credit,
    settled: sums.settled + settled,
  };
}

/** Atoms of XLM, which are stroops; 0 in another asset. */
export function onlyStroops(inAsset: Pick<InAsset, 'asset'>, atoms: Atoms): Atoms {
  return isXlm(inAsset) ? atoms : 0n;
}
