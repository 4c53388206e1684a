import type { ItemOf } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { Count } from '../../parts/amount.tsx';
import { Link } from '../../parts/links.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { type Column, PagedTable } from '../../parts/table.tsx';

/** The accounts of an agent, one for each service. */
export function Accounts({ agent }: { readonly agent: string }) {
  const accounts = usePages('readAgentUsage', { params: { agent } }, ({ items }) => items);
  const columns: readonly Column<ItemOf<'readAgentUsage'>>[] = [
    {
      name: 'Service',
      cell: ({ serviceId }) => <Link to={{ page: 'account', agent, serviceId }}>{serviceId}</Link>,
    },
    { name: 'Outstanding requests', cell: ({ total }) => <Count of={total} />, isNumber: true },
  ];
  return (
    <Card title="Accounts" note="One for each service. Open one to see its prices and to settle it.">
      <PagedTable
        caption="Accounts"
        columns={columns}
        keyOf={({ serviceId }) => serviceId}
        pages={accounts}
        what="the accounts"
        empty={<Empty title="This agent has used nothing" />}
      />
    </Card>
  );
}
