import { useMemo, useState } from 'preact/hooks';
import type { ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { useRead } from '../api/use-read.ts';
import { moneyOf } from '../core/amount.ts';
import { countsUsageOf } from '../core/limit.ts';
import { Amount, Count, InOtherAssets, Xlm } from '../parts/amount.tsx';
import { Choice, TextField, useSettled } from '../parts/fields.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';

type AgentTotals = ItemOf<'listAgentTotals'>;
type Limit = ItemOf<'listLimits'>;

function columnsWith(limits: readonly Limit[] | undefined): readonly Column<AgentTotals>[] {
  return [
    { name: 'Agent', cell: ({ agent }) => <Link to={{ page: 'agent', agent }}>{agent}</Link> },
    {
      name: 'Available',
      cell: ({ balances }) => (
        <OfBalances balances={balances} of={({ available }) => available} none="none" />
      ),
      isNumber: true,
    },
    {
      name: 'Held',
      cell: ({ balances }) => <OfBalances balances={balances} of={({ held }) => held} none="" />,
      isNumber: true,
      isExtra: true,
    },
    {
      name: 'Outstanding',
      cell: ({ outstandingStroops, otherAssets }) => (
        <>
          <Xlm stroops={outstandingStroops} />
          <InOtherAssets sums={otherAssets} of={({ outstanding }) => outstanding} />
        </>
      ),
      isNumber: true,
    },
    {
      name: 'Outstanding requests',
      cell: ({ outstandingRequests }) => <Count of={outstandingRequests} />,
      isNumber: true,
      isExtra: true,
    },
    {
      name: 'Billed',
      cell: ({ settledStroops, otherAssets }) => (
        <>
          <Xlm stroops={settledStroops} />
          <InOtherAssets sums={otherAssets} of={({ settled }) => settled} />
        </>
      ),
      isNumber: true,
      isExtra: true,
    },
    { name: 'Limits', cell: ({ agent }) => <LimitsOf agent={agent} limits={limits} />, isExtra: true },
  ];
}

type Balance = AgentTotals['balances'][number];

/** Something of the balances of an agent, one below the other. */
function OfBalances({
  balances,
  of,
  none,
}: {
  readonly balances: readonly Balance[];
  readonly of: (balance: Balance) => string;
  /** what is shown of an agent without a balance */
  readonly none: string;
}) {
  if (balances.length === 0) return <span class="muted">{none}</span>;
  return (
    <>
      {balances.map((balance) => (
        <div key={balance.asset}>
          <Amount of={moneyOf(of(balance), balance.asset)} />
        </div>
      ))}
    </>
  );
}

/** The names of the limits that count usage of an agent. */
function LimitsOf({
  agent,
  limits,
}: {
  readonly agent: string;
  readonly limits: readonly Limit[] | undefined;
}) {
  if (limits === undefined) return <span class="muted">…</span>;
  const names = limits.filter((limit) => countsUsageOf(limit, agent)).map(({ name }) => name);
  if (names.length === 0) return <span class="muted">none</span>;
  const text = names.join(', ');
  return (
    <span class="id" title={text}>
      {text}
    </span>
  );
}

/** How many agents a list shows that is not sorted by name. */
const sortedMax = 200;

const sorts = [
  ['agent', 'Name'],
  ['outstanding', 'Most outstanding'],
  ['available', 'Lowest balance'],
] as const;
type Sort = (typeof sorts)[number][0];

/** All agents, with their balances and with what is outstanding on them. */
export function AgentsPage() {
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<Sort>('agent');
  const q = useSettled(search);
  const pages = usePages(
    'listAgentTotals',
    { query: { sort, limit: sortedMax, ...(q === '' ? {} : { q }) } },
    ({ items }) => items,
  );
  const limits = useRead('listLimits', { query: { limit: 1_000 } });
  const columns = useMemo(() => columnsWith(limits.data?.items), [limits.data]);
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
          empty={<NoAgents q={q} isOfBalances={sort === 'available'} />}
        />
        {sort !== 'agent' && pages.items.length === sortedMax && (
          <p class="small muted">
            The first {sortedMax} in this order are shown. Search for a part of a name to see others.
          </p>
        )}
      </Card>
    </Page>
  );
}

function NoAgents({ q, isOfBalances }: { readonly q: string; readonly isOfBalances: boolean }) {
  if (q !== '') {
    return (
      <Empty title="No agent matches">
        <p class="muted">No name of an agent contains “{q}”.</p>
      </Empty>
    );
  }
  return isOfBalances ? (
    <Empty title="No agent has a balance">
      <p class="muted">
        Open an agent and add credit, or send <code>POST /api/v1/agents/NAME/grants</code>.
      </p>
    </Empty>
  ) : (
    <Empty title="No agent has used anything yet">
      <p class="muted">
        An agent appears here with its first usage, from <code>POST /api/v1/usage</code>, or its first credit.
      </p>
    </Empty>
  );
}
