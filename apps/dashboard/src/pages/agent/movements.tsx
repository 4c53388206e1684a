import type { ItemOf } from '../../api/types.ts';
import { useChanged } from '../../api/use-changed.ts';
import { usePages } from '../../api/use-pages.ts';
import { moneyOf, negative } from '../../core/amount.ts';
import { hrefOf } from '../../core/route.ts';
import { Amount, Count } from '../../parts/amount.tsx';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Id } from '../../parts/links.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { type Column, PagedTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { AgentView } from './agent-view.ts';

type Movement = ItemOf<'listMovements'>;

/** What a movement does to what is available, and its colour. */
const kinds: Readonly<Record<Movement['kind'], readonly [effect: 1 | -1 | 0, tone: Tone]>> = {
  granted: [1, 'good'],
  refunded: [1, 'good'],
  released: [1, 'plain'],
  held: [-1, 'plain'],
  drawn: [-1, 'plain'],
  expired: [-1, 'warn'],
  voided: [-1, 'warn'],
  covered: [0, 'plain'],
};

function columnsIn(asset: string): readonly Column<Movement>[] {
  return [
    { name: 'No.', cell: ({ number }) => <Count of={number} />, isNumber: true, isExtra: true },
    { name: 'When', cell: ({ at }) => <Time at={at} /> },
    { name: 'Kind', cell: ({ kind }) => <Badge tone={kinds[kind][1]}>{kind}</Badge> },
    {
      name: 'Amount',
      cell: ({ kind, amount }) => {
        const [effect] = kinds[kind];
        const money = moneyOf(amount, asset);
        if (effect === 0) return <span class="muted">covers {<Amount of={money} />}</span>;
        return <Amount of={effect > 0 ? money : negative(money)} />;
      },
      isNumber: true,
    },
    {
      name: 'Available after it',
      cell: ({ available }) => <Amount of={moneyOf(available, asset)} />,
      isNumber: true,
    },
    {
      name: 'Grant',
      cell: ({ grantId }) =>
        grantId === null ? (
          <span class="muted">overdraft</span>
        ) : (
          <span class="id" title={grantId}>
            {grantId}
          </span>
        ),
      isExtra: true,
    },
    { name: 'For', cell: (movement) => <Reason movement={movement} />, isExtra: true },
  ];
}

function Reason({ movement: { entryId, holdId } }: { readonly movement: Movement }) {
  if (holdId !== null) return <>hold {holdId}</>;
  if (entryId === null) return null;
  return (
    <a href={hrefOf({ page: 'lookup', what: entryId })}>
      entry <Id of={entryId} />
    </a>
  );
}

/** Everything that ever moved in the balance of an agent. */
export function Movements({ agent, asset, changes }: AgentView) {
  const parts = { params: { agent }, query: { asset, limit: 200 } };
  const pages = usePages('listMovements', parts, ({ items }) => items);
  useChanged(changes, pages.reload);
  return (
    <Card
      title="Balance ledger"
      note="All movements of the balance, the oldest first, with the available amount after each."
    >
      <PagedTable
        caption="Balance ledger"
        columns={columnsIn(asset)}
        keyOf={({ number }) => String(number)}
        pages={pages}
        what="the balance ledger"
        empty={
          <Empty title="Nothing has moved">
            <p class="muted">
              This agent has no prepaid balance in {asset}: its usage is billed by settlements.
            </p>
          </Empty>
        }
      />
    </Card>
  );
}
