import type { ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { Count } from '../parts/amount.tsx';
import { Download } from '../parts/download.tsx';
import { Entries } from '../parts/entries.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';

/** An agent: its accounts, and what was recorded of it. */
export function AgentPage({ agent }: { readonly agent: string }) {
  const accounts = usePages('readAgentUsage', { params: { agent } }, ({ items }) => items);
  const entries = usePages('listEntries', { query: { agent, limit: 200 } }, ({ items }) => items);
  const columns: readonly Column<ItemOf<'readAgentUsage'>>[] = [
    {
      name: 'Service',
      cell: ({ serviceId }) => <Link to={{ page: 'account', agent, serviceId }}>{serviceId}</Link>,
    },
    { name: 'Outstanding requests', cell: ({ total }) => <Count of={total} />, isNumber: true },
  ];
  return (
    <Page title={agent} kicker="Agent">
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
      <Card
        title="Entries"
        note="In the order in which they were recorded, over all services."
        actions={
          <Download
            path={`/entries/export.csv?agent=${encodeURIComponent(agent)}`}
            name="entries.csv"
            label="Download as CSV"
          />
        }
      >
        <Entries pages={entries} caption="Entries of the agent" isOfAccount={false} />
      </Card>
    </Page>
  );
}
