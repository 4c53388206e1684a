import type { Amount, Atoms } from '../domain/amount.ts';
import { amountOfAtoms, formatAmount } from '../domain/amount.ts';
import { stroopPlaces, wholeStroops } from '../domain/money.ts';

/** An amount that is a whole number of stroops, in XLM. */
export function inXlm(stroops: Atoms): string {
  return formatAmount(amountOfAtoms(stroops, stroopPlaces), stroopPlaces);
}

/** An amount in stroops, as a text; `undefined` if it is not a whole number of them. */
export function stroopsText(amount: Amount): string | undefined {
  const stroops = wholeStroops(amount);
  return stroops === undefined ? undefined : String(stroops);
}
