import { counted } from '../core/amount.ts';
import {
  type BillAmounts,
  billed,
  carried,
  carriedOn,
  drawnOf,
  isZero,
  type Line,
  lineAmount,
  linePrice,
} from '../core/billing.ts';
import { Amount, Count } from './amount.tsx';
import { type Column, Table } from './table.tsx';

function columnsOf(asset: string | undefined): readonly Column<Line>[] {
  return [
    {
      name: 'Price version',
      cell: ({ priceVersion, tier }) => (tier === undefined ? priceVersion : `${priceVersion}, tier ${tier}`),
    },
    { name: 'Requests', cell: (line) => <Used line={line} />, isNumber: true },
    {
      name: 'Price of one',
      cell: (line) => <Amount of={linePrice(line, asset)} />,
      isNumber: true,
      isExtra: true,
    },
    { name: 'Amount', cell: (line) => <Amount of={lineAmount(line, asset)} />, isNumber: true },
  ];
}

/** Requests, and the packages that are charged for them. */
function Used({ line: { requests, packages } }: { readonly line: Line }) {
  return (
    <>
      <Count of={requests} />
      {packages !== undefined && ` in ${counted(packages, 'package', 'packages')}`}
    </>
  );
}

/** The lines of a quote or a bill, the credit that it takes over, and what it comes to. */
export function BillLines({
  bill,
  total,
}: {
  readonly bill: BillAmounts & { readonly lines: readonly Line[] };
  readonly total: string;
}) {
  const [before, after, drawn] = [carried(bill), carriedOn(bill), drawnOf(bill)];
  return (
    <>
      <Table
        caption="Lines"
        columns={columnsOf(bill.asset)}
        keyOf={({ priceVersion, tier = 0 }) => `${priceVersion}.${tier}`}
        items={bill.lines}
      />
      <dl class="totals">
        {drawn !== undefined && (
          <>
            <div>
              <dt>Cost of the usage</dt>
              <dd>
                <Amount of={drawn.cost} />
              </dd>
            </div>
            <div>
              <dt>Paid from the prepaid balance</dt>
              <dd>
                <Amount of={drawn.paid} />
              </dd>
            </div>
          </>
        )}
        {!isZero(before) && (
          <div>
            <dt>Credit from the previous bill</dt>
            <dd>
              <Amount of={before} />
            </dd>
          </div>
        )}
        <div class="total">
          <dt>{drawn === undefined ? total : `${total}, as what is left to pay`}</dt>
          <dd>
            <Amount of={billed(bill)} />
          </dd>
        </div>
        {!isZero(after) && (
          <div>
            <dt>Credit left for the next bill</dt>
            <dd>
              <Amount of={after} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}
