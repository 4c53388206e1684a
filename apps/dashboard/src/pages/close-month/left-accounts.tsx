import { counted } from '../../core/amount.ts';
import type { Left, Tally } from '../../core/run.ts';
import { Link } from '../../parts/links.tsx';
import { type Column, Table } from '../../parts/table.tsx';

const columns: readonly Column<Left>[] = [
  { name: 'Agent', cell: ({ agent }) => <Link to={{ page: 'agent', agent }}>{agent}</Link> },
  {
    name: 'Service',
    cell: ({ agent, serviceId }) => <Link to={{ page: 'account', agent, serviceId }}>{serviceId}</Link>,
  },
  { name: 'Why', cell: ({ reason }) => <span class="wrapped">{reason}</span> },
];

/** Accounts of which something is not billed, each with the reason. */
export function LeftAccounts({ tally }: { readonly tally: Tally | undefined }) {
  if (tally === undefined || tally.leftCount === 0) return null;
  const { left, leftCount } = tally;
  return (
    <>
      <p>
        {counted(leftCount, 'account')} not billed, or not all of it
        {leftCount > left.length ? `; the first ${left.length} are shown` : ''}:
      </p>
      <Table
        caption="Accounts that are not billed"
        columns={columns}
        keyOf={({ agent, serviceId }) => `${agent} ${serviceId}`}
        items={left}
      />
    </>
  );
}
