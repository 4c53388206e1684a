import { isPrice } from './amount.ts';

/** A tier as a person types it: the last one has no border, and one without a package is charged by units. */
export interface TypedTier {
  readonly upTo: string;
  readonly price: string;
  readonly size: string;
}

export const tiersMax = 10;
export const noTier: TypedTier = { upTo: '', price: '', size: '' };
const unitsMax = 1_000_000_000_000;

interface SentTier {
  readonly upTo?: number;
  readonly price: string;
  readonly package?: number;
}

/** Tiers that the API has, as a person would type them; one empty tier of a flat price. */
export function typedTiers(tiers: readonly SentTier[] | undefined): readonly TypedTier[] {
  if (tiers === undefined) return [noTier];
  return tiers.map(({ upTo, price, package: size }) => ({
    upTo: upTo === undefined ? '' : String(upTo),
    price,
    size: size === undefined ? '' : String(size),
  }));
}

/** Tiers as the API takes them; `undefined` while something in them is wrong. */
export function sentTiers(typed: readonly TypedTier[], per: number): SentTier[] | undefined {
  const sent: SentTier[] = [];
  let border = 0;
  for (const [number, tier] of typed.entries()) {
    const isLast = number === typed.length - 1;
    const upTo = isLast ? undefined : unitsOf(tier.upTo);
    const size = tier.size.trim() === '' ? undefined : unitsOf(tier.size);
    const price = tier.price.trim();
    const isBorder = isLast ? tier.upTo.trim() === '' : upTo !== undefined && upTo > border;
    const isSize = tier.size.trim() === '' || size !== undefined;
    if (!isBorder || !isSize || !isPrice(price, size === undefined ? per : 1)) return undefined;
    border = upTo ?? border;
    sent.push({
      ...(upTo === undefined ? {} : { upTo }),
      price,
      ...(size === undefined ? {} : { package: size }),
    });
  }
  return sent;
}

/** A number of units above 0; `undefined` for another text. */
function unitsOf(text: string): number | undefined {
  if (!/^[1-9]\d{0,12}$/.test(text.trim())) return undefined;
  const units = Number(text.trim());
  return units > unitsMax ? undefined : units;
}
