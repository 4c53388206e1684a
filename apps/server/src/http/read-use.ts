import { parseDecimal, unitScaleMax } from '../domain/amount.ts';
import type { SentUse } from '../domain/quantity.ts';

/** How much was used, as a body has it: the contract takes it once, either as requests or as a quantity. */
export interface SentUseBody {
  readonly requests?: number;
  readonly quantity?: string;
}

/** How much was used, of a body that was validated. */
export function sentUseOf({ requests, quantity }: SentUseBody): SentUse {
  if (quantity !== undefined) return { requests: 0, quantity: readQuantity(quantity) };
  if (requests === undefined) throw new Error('a use without requests and without a quantity is not valid');
  return { requests };
}

/** A quantity whose form was validated, in 10^-6 of a unit. */
export function readQuantity(text: string): bigint {
  const units = parseDecimal(text, unitScaleMax);
  if (units === undefined) throw new Error(`${text} is not a quantity`);
  return units;
}
