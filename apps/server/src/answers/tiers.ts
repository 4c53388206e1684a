import { type Amount, formatPrice } from '../domain/amount.ts';
import { amountText } from '../domain/balance-events.ts';
import { quantityText } from '../domain/quantity.ts';
import { costOfPart, type TierPart } from '../domain/tiers.ts';
import type { BodyOf } from './reply.ts';

/** What was counted in a tier, with its number from 1, and what it costs. */
interface NumberedPart extends TierPart {
  readonly tier: number;
  readonly amount: Amount;
}

/** The tiers that have something, in their order. */
export function shownParts(parts: readonly TierPart[], unitScale: number): readonly NumberedPart[] {
  return parts
    .map((part, number) => ({ ...part, tier: number + 1, amount: costOfPart(part, unitScale) }))
    .filter(({ requests, charged }) => requests !== 0 || charged !== 0);
}

/** The members about packages; none if each unit is charged. */
export function packagesShown(part: TierPart | undefined): {
  readonly package: number | undefined;
  readonly packages: number | undefined;
} {
  const size = part?.package;
  return { package: size, packages: size === undefined ? undefined : part?.charged };
}

/** What of an entry is in its tiers. */
export function tiersBody(parts: readonly TierPart[], unitScale: number): BodyOf<'readEntry'>['tiers'] {
  return shownParts(parts, unitScale).map((part) => ({
    tier: part.tier,
    requests: part.requests,
    quantity: quantityText(part.requests, unitScale),
    ...packagesShown(part),
    price: formatPrice(part.price, 1),
    amount: amountText(part.amount),
  }));
}
