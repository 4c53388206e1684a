import { useState } from 'preact/hooks';
import type { ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { Count, Xlm } from '../parts/amount.tsx';
import { Choice, TextField, useSettled } from '../parts/fields.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';

type AgentTotals = ItemOf<'listAgentTotals'>;

const columns: readonly Column<AgentTotals>[] = [
  { name: 'Agent', cell: ({ agent }) => <Link to={{ page: 'agent', agent }}>{agent}</Link> },
  { name: 'Accounts', cell: ({ accounts }) => <Count of={accounts} />, isNumber: true, isExtra: true },
  {
    name: 'Recorded',
    cell: ({ recordedRequests }) => <Count of={recordedRequests} />,
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Outstanding requests',
    cell: ({ outstandingRequests }) => <Count of={outstandingRequests} />,
    isNumber: true,
  },
  {
    name: 'Outstanding',
    cell: ({ outstandingStroops }) => <Xlm stroops={outstandingStroops} />,
    isNumber: true,
  },
  {
    name: 'Billed',
    cell: ({ settledStroops }) => <Xlm stroops={settledStroops} />,
    isNumber: true,
    isExtra: true,
  },
];

const sorts = [
  ['agent', 'Name'],
  ['outstanding', 'Most outstanding'],
] as const;
type Sort = (typeof sorts)[number][0];

/** All agents, with what is outstanding on them. */
export function AgentsPage() {
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<Sort>('agent');
  const q = useSettled(search);
  const pages = usePages(
    'listAgentTotals',
    { query: { sort, limit: 200, ...(q === '' ? {} : { q }) } },
    ({ items }) => items,
  );
  return (
    <Page title="Agents">
      <Card>
        <div class="filters">
          <TextField
            label="Search"
            type="search"
            placeholder="Part of a name"
            value={search}
            onInput={setSearch}
          />
          <Choice label="Sort by" value={sort} values={sorts} onChange={setSort} />
        </div>
        <PagedTable
          caption="Agents"
          columns={columns}
          keyOf={({ agent }) => agent}
          pages={pages}
          what="the agents"
          empty={<NoAgents q={q} />}
        />
        {sort === 'outstanding' && !pages.hasMore && pages.items.length >= 1 && (
          <p class="small muted">
            The agents with most outstanding come first; at most 1,000 are shown in this order.
          </p>
        )}
      </Card>
    </Page>
  );
}

function NoAgents({ q }: { readonly q: string }) {
  return q === '' ? (
    <Empty title="No agent has used anything yet">
      <p class="muted">
        An agent appears here when its first usage is recorded with <code>POST /api/v1/usage</code>.
      </p>
    </Empty>
  ) : (
    <Empty title="No agent matches">
      <p class="muted">No name of an agent contains “{q}”.</p>
    </Empty>
  );
}
