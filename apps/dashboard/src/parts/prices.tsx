import type { BodyOf, ItemOf } from '../api/types.ts';
import { priceOf } from '../core/billing.ts';
import { tiersText } from '../core/tiers-text.ts';
import { Amount } from './amount.tsx';
import type { Column } from './table.tsx';
import { Time } from './time.tsx';

/** A price of a service. */
export type Price = ItemOf<'listPrices'>;
/** The price that replaces the price in force at its date. */
export type NextPrice = NonNullable<BodyOf<'readService'>['nextPrice']>;

/** The columns of every list of prices. */
export const priceColumns: readonly Column<Price>[] = [
  { name: 'Version', cell: ({ version }) => version },
  { name: 'Price of one', cell: (price) => <PriceOfOne price={price} />, isNumber: true },
  { name: 'In force from', cell: (price) => <InForceFrom price={price} /> },
];

/** A flat price of one unit, or what each tier costs. */
export function PriceOfOne({ price }: { readonly price: NextPrice | BodyOf<'readService'> | Price }) {
  if (price.tiers === undefined) return <Amount of={priceOf(price, 1n)} />;
  return (
    <ul>
      {tiersText(price).map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

/** When a price took effect or will, or that it never does. */
function InForceFrom({ price: { setAt, effectiveFrom, withdrawnAt } }: { readonly price: Price }) {
  if (withdrawnAt === undefined) return <Time at={effectiveFrom ?? setAt} />;
  return (
    <>
      never: withdrawn <Time at={withdrawnAt} />
    </>
  );
}
