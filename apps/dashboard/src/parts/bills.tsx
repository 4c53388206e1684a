import type { ItemOf } from '../api/types.ts';
import type { Pages } from '../api/use-pages.ts';
import { billed } from '../core/billing.ts';
import { hrefOf } from '../core/route.ts';
import { Amount, Count } from './amount.tsx';
import { Empty } from './states.tsx';
import { type Column, PagedTable } from './table.tsx';
import { Time } from './time.tsx';

type Settlement = ItemOf<'listSettlements'>;

const columns: readonly Column<Settlement>[] = [
  {
    name: 'Settled',
    cell: ({ id, settledAt }) => (
      <a href={hrefOf({ page: 'bill', id })}>
        <Time at={settledAt} />
      </a>
    ),
  },
  { name: 'No.', cell: ({ number }) => <Count of={number} />, isNumber: true },
  { name: 'Requests', cell: ({ requests }) => <Count of={requests} />, isNumber: true, isExtra: true },
  { name: 'Billed', cell: (bill) => <Amount of={billed(bill)} />, isNumber: true },
];

const ofAccount: readonly Column<Settlement>[] = [
  { name: 'Agent', cell: ({ agent }) => <a href={hrefOf({ page: 'agent', agent })}>{agent}</a> },
  {
    name: 'Service',
    cell: ({ agent, serviceId }) => <a href={hrefOf({ page: 'account', agent, serviceId })}>{serviceId}</a>,
    isExtra: true,
  },
];

/** Bills of one account, or of many. */
export function Bills({
  pages,
  isOfAccount,
}: {
  readonly pages: Pages<Settlement>;
  readonly isOfAccount: boolean;
}) {
  return (
    <PagedTable
      caption="Bills"
      columns={isOfAccount ? columns : [...columns.slice(0, 1), ...ofAccount, ...columns.slice(1)]}
      keyOf={({ id }) => id}
      pages={pages}
      what="the bills"
      empty={
        <Empty title="No bill">
          {!isOfAccount && (
            <p class="muted">
              A bill is made when an account is settled: open an agent, then one of its services, or close a
              month for all.
            </p>
          )}
        </Empty>
      }
    />
  );
}
