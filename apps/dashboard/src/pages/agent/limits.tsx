import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import type { ItemOf } from '../../api/types.ts';
import { useChanged } from '../../api/use-changed.ts';
import { usePages } from '../../api/use-pages.ts';
import { useWrite } from '../../api/use-write.ts';
import { quantityText } from '../../core/amount.ts';
import { countsText, maxText, windowText } from '../../core/limit.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { type Column, PagedTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { AgentView } from './agent-view.ts';
import { SetLimit } from './set-limit.tsx';

type Limit = ItemOf<'listAgentLimits'>;

const columns: readonly Column<Limit>[] = [
  { name: 'Name', cell: ({ name }) => <span class="id">{name}</span> },
  { name: 'Counts', cell: countsText, isExtra: true },
  {
    name: 'Used',
    cell: ({ used }) => <span class="amount">{quantityText(used)}</span>,
    isNumber: true,
  },
  {
    name: 'Of',
    cell: ({ max, window }) => (
      <span class="amount">
        {maxText(max)} <span class="unit">{windowText[window]}</span>
      </span>
    ),
    isNumber: true,
  },
  {
    name: 'Left',
    cell: ({ left }) => <span class="amount">{quantityText(left)}</span>,
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Beyond it',
    cell: ({ action }) => (
      <Badge tone={action === 'refuse' ? 'warn' : 'plain'}>
        {action === 'refuse' ? 'refused' : 'reported'}
      </Badge>
    ),
    isExtra: true,
  },
  {
    name: 'Begins again',
    cell: ({ windowEnd }) => <Time at={windowEnd} />,
    isExtra: true,
  },
];

type Asked = { readonly limit: Limit; readonly act: 'change' | 'delete' };

/** The limits that count usage of an agent, with what is used and left. */
export function Limits({ agent, changes, onChanged }: AgentView) {
  const { caller } = useSession();
  const [asked, setAsked] = useState<Asked>();
  const pages = usePages(
    'listAgentLimits',
    { params: { agent }, query: { limit: 200 } },
    ({ items }) => items,
  );
  useChanged(changes, pages.reload);
  const onClose = () => setAsked(undefined);
  const changing: Column<Limit> = {
    name: 'Change',
    isAct: true,
    cell: (limit) => (
      <span class="row-actions">
        <button
          type="button"
          class="button"
          aria-label={`Change ${limit.name}`}
          onClick={() => setAsked({ limit, act: 'change' })}
        >
          Change…
        </button>
        <button
          type="button"
          class="button danger"
          aria-label={`Delete ${limit.name}`}
          onClick={() => setAsked({ limit, act: 'delete' })}
        >
          Delete…
        </button>
      </span>
    ),
  };
  return (
    <Card title="Limits" note="Limits that count usage of this agent, alone or together with other agents.">
      <PagedTable
        caption="Limits"
        columns={may(caller, 'manage') ? [...columns, changing] : columns}
        keyOf={({ name }) => name}
        pages={pages}
        what="the limits"
        empty={<Empty title="Nothing limits this agent" />}
      />
      {asked?.act === 'change' && (
        <SetLimit agent={agent} limit={asked.limit} onChanged={onChanged} onClose={onClose} />
      )}
      {asked?.act === 'delete' && <DeleteLimit limit={asked.limit} onChanged={onChanged} onClose={onClose} />}
    </Card>
  );
}

function DeleteLimit({
  limit,
  onChanged,
  onClose,
}: {
  readonly limit: Limit;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const write = useWrite('deleteLimit');
  const { name } = limit;
  const remove = () =>
    write.send({ params: { name } }, (sent) => {
      if (sent.kind === 'failed') return;
      onClose();
      onChanged();
    });
  return (
    <ActDialog
      title="Delete this limit?"
      act="Delete it"
      write={write}
      isDanger
      onAct={remove}
      onClose={onClose}
    >
      <p>
        <strong>{name}</strong> lets through {maxText(limit.max)} {windowText[limit.window]}. It counts{' '}
        {countsText(limit)}.
      </p>
      <p class="muted small">Its counters are deleted with it. Recorded usage is kept.</p>
    </ActDialog>
  );
}
