import { formatDecimal, tenTo, unitScaleMax } from './amount.ts';
import { requestsTotalMax } from './money.ts';
import type { Refusal } from './refusal.ts';

/** How much was used, as it is sent: whole requests, or a quantity in 10^-6 of a unit. */
export interface SentUse {
  readonly requests: number;
  readonly quantity?: bigint | undefined;
}

/** How much was used in the smallest parts of units with so many decimal places, or why it cannot be counted so. */
export function partsUsed(
  { requests, quantity }: SentUse,
  unitScale: number,
):
  | { readonly kind: 'counted'; readonly parts: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal } {
  if (quantity === undefined) {
    if (unitScale === 0) return { kind: 'counted', parts: requests };
    return invalid(
      `the service counts units with ${unitScale} decimal places: send a quantity instead of requests`,
    );
  }
  const part = tenTo(unitScaleMax - unitScale);
  if (quantity % part !== 0n)
    return invalid(`a quantity of the service has at most ${unitScale} decimal places`);
  const parts = quantity / part;
  if (parts > BigInt(requestsTotalMax)) return { kind: 'refused', refusal: tooMuch };
  return { kind: 'counted', parts: Number(parts) };
}

function invalid(message: string): ReturnType<typeof partsUsed> {
  return { kind: 'refused', refusal: { code: 'invalid_quantity', message } };
}

const tooMuch: Refusal = {
  code: 'limit_exceeded',
  message: 'the quantity would exceed 2^53-1 of the smallest parts that the service counts',
};

/** A number of smallest parts as a decimal text with all places; `undefined` where units have none. */
export function quantityText(parts: number, unitScale: number): string | undefined {
  return unitScale === 0 ? undefined : formatDecimal(BigInt(parts), unitScale, unitScale);
}
