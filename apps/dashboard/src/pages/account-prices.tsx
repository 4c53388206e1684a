import type { BodyOf } from '../api/types.ts';
import type { Pages } from '../api/use-pages.ts';
import type { Reading } from '../api/use-read.ts';
import { type PriceState, priceStates } from '../core/price-state.ts';
import { Count } from '../parts/amount.tsx';
import { Badge, type Tone } from '../parts/badge.tsx';
import { Card } from '../parts/page.tsx';
import { type Price, priceColumns } from '../parts/prices.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';

const tones: Readonly<Record<PriceState, Tone>> = {
  'in force': 'good',
  next: 'warn',
  past: 'plain',
  withdrawn: 'plain',
};

/** The prices that the usage of an account costs: past, in force and next, and what is outstanding at each. */
export function AccountPrices({
  quote,
  service,
  prices,
}: {
  readonly quote: Reading<BodyOf<'readQuote'>>;
  readonly service: Reading<BodyOf<'readService'>>;
  readonly prices: Pages<Price>;
}) {
  const lines = quote.data?.lines;
  const states =
    service.data === undefined
      ? undefined
      : priceStates(prices.items, service.data.nextPrice?.version, !prices.hasMore);
  const columns: readonly Column<Price>[] = [
    ...priceColumns,
    {
      name: 'State',
      cell: ({ version }) => {
        const state = states?.get(version);
        return state === undefined ? '' : <Badge tone={tones[state]}>{state}</Badge>;
      },
    },
    {
      name: 'Outstanding requests',
      cell: ({ version }) => (lines === undefined ? '…' : <Count of={outstandingAt(version, lines)} />),
      isNumber: true,
    },
  ];
  return (
    <Card
      title="Prices"
      note="The prices of the service. Usage costs the price in force when it was recorded; billed usage is not outstanding."
    >
      {prices.failure?.code === 'not_found' ? (
        <Empty title="No price" />
      ) : (
        <PagedTable
          caption="Prices of the account"
          columns={columns}
          keyOf={({ version }) => String(version)}
          pages={prices}
          what="the prices"
          empty={<Empty title="No price" />}
        />
      )}
    </Card>
  );
}

/** A price in tiers has a line for each tier. */
function outstandingAt(version: number, lines: BodyOf<'readQuote'>['lines']): number {
  return lines
    .filter(({ priceVersion }) => priceVersion === version)
    .reduce((sum, { requests }) => sum + requests, 0);
}
