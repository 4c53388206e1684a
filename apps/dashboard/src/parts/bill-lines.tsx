import type { BodyOf } from '../api/types.ts';
import { Amount, Count, Price } from './amount.tsx';
import { type Column, Table } from './table.tsx';

type Line = BodyOf<'readQuote'>['lines'][number];

const columns: readonly Column<Line>[] = [
  { name: 'Price version', cell: ({ priceVersion }) => priceVersion },
  { name: 'Requests', cell: ({ requests }) => <Count of={requests} />, isNumber: true },
  {
    name: 'Price of one',
    cell: ({ priceStroops }) => <Price stroops={priceStroops} />,
    isNumber: true,
    isExtra: true,
  },
  { name: 'Amount', cell: ({ amountStroops }) => <Amount stroops={amountStroops} />, isNumber: true },
];

/** The lines of a quote or a bill, the credit that it takes over, and what it comes to. */
export function BillLines({
  lines,
  carriedStroops,
  billedStroops,
  carriedOnStroops,
  total,
}: {
  readonly lines: readonly Line[];
  readonly carriedStroops: string;
  readonly billedStroops: string;
  readonly carriedOnStroops: string;
  readonly total: string;
}) {
  return (
    <>
      <Table
        caption="Lines"
        columns={columns}
        keyOf={({ priceVersion }) => String(priceVersion)}
        items={lines}
      />
      <dl class="totals">
        {carriedStroops !== '0' && (
          <div>
            <dt>Credit from the bill before</dt>
            <dd>
              <Amount stroops={carriedStroops} />
            </dd>
          </div>
        )}
        <div class="total">
          <dt>{total}</dt>
          <dd>
            <Amount stroops={billedStroops} />
          </dd>
        </div>
        {BigInt(carriedOnStroops) !== 0n && (
          <div>
            <dt>Credit left for the next bill</dt>
            <dd>
              <Amount stroops={carriedOnStroops} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}
