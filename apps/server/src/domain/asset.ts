import { type Amount, type Atoms, amountPlaces, tenTo } from './amount.ts';

/** What amounts are in. A bill is a whole number of atoms of it: 10^-scale each. */
export interface Asset {
  readonly code: string;
  readonly scale: number;
}

/** The asset that every tenant has. Its atom is the stroop. */
export const xlm: Asset = { code: 'XLM', scale: 7 };

export const assetScaleMax = 12;
/** The most assets that a tenant may register. */
export const assetsMax = 100;

/** What has amounts: of which asset they are. */
export interface InAsset {
  /** its code */
  readonly asset: string;
  /** in how many decimal places its bills are rounded */
  readonly assetScale: number;
}

export const inXlm: InAsset = { asset: xlm.code, assetScale: xlm.scale };

export function isXlm({ asset }: Pick<InAsset, 'asset'>): boolean {
  return asset === xlm.code;
}

/** The assets of a tenant by their codes, the one that is built in too. */
export function assetsWith(registered: readonly Asset[]): readonly Asset[] {
  return [...registered, xlm].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The atom of an asset, as an exact amount. */
export function atomOf(assetScale: number): Amount {
  return tenTo(amountPlaces - assetScale);
}

/** An amount in whole atoms, rounded down. */
export function atomsIn(amount: Amount, assetScale: number): Atoms {
  const atom = atomOf(assetScale);
  const rest = amount % atom;
  return (amount - rest) / atom - (rest < 0n ? 1n : 0n);
}
