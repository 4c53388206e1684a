import type { Amount, Atoms } from '../domain/amount.ts';
import { amountOfAtoms, formatAmount } from '../domain/amount.ts';
import { type InAsset, isXlm } from '../domain/asset.ts';
import { wholeStroops } from '../domain/money.ts';

/** What is billed, or a credit, with the places of its asset. */
export function atomsText(atoms: Atoms, { assetScale }: InAsset): string {
  return formatAmount(amountOfAtoms(atoms, assetScale), assetScale);
}

/** The same, in another asset than XLM, where it is not a number of stroops. */
export function atomsTextBesideXlm(atoms: Atoms, inAsset: InAsset): string | undefined {
  return isXlm(inAsset) ? undefined : atomsText(atoms, inAsset);
}

/** Atoms as stroops; `undefined` in another asset than XLM. */
export function stroopsOf(atoms: Atoms, inAsset: Pick<InAsset, 'asset'>): string | undefined {
  return isXlm(inAsset) ? String(atoms) : undefined;
}

/** An amount in stroops, as a text; `undefined` if it is not a whole number of them, and in another asset than XLM. */
export function stroopsText(amount: Amount, inAsset: Pick<InAsset, 'asset'>): string | undefined {
  const stroops = isXlm(inAsset) ? wholeStroops(amount) : undefined;
  return stroops === undefined ? undefined : String(stroops);
}

/** A list that is empty for most tenants; the member is then left out. */
export function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
