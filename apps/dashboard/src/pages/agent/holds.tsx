import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import type { ItemOf } from '../../api/types.ts';
import { useChanged } from '../../api/use-changed.ts';
import { usePages } from '../../api/use-pages.ts';
import { useWrite } from '../../api/use-write.ts';
import { moneyOf, moneyText } from '../../core/amount.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Amount, Count } from '../../parts/amount.tsx';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Choice } from '../../parts/fields.tsx';
import { Link } from '../../parts/links.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { type Column, PagedTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { AgentView } from './agent-view.ts';

type Hold = ItemOf<'listHolds'>;

const tones: Readonly<Record<Hold['state'], Tone>> = {
  open: 'good',
  captured: 'plain',
  released: 'plain',
  lapsed: 'warn',
};

const states = [
  ['open', 'Open'],
  ['all', 'All'],
] as const;
type Wanted = (typeof states)[number][0];

const columns: readonly Column<Hold>[] = [
  { name: 'Made', cell: ({ createdAt }) => <Time at={createdAt} />, isExtra: true },
  { name: 'Id', cell: ({ id }) => <span class="id">{id}</span> },
  {
    name: 'Service',
    cell: ({ agent, serviceId }) => <Link to={{ page: 'account', agent, serviceId }}>{serviceId}</Link>,
    isExtra: true,
  },
  { name: 'State', cell: ({ state }) => <Badge tone={tones[state]}>{state}</Badge> },
  { name: 'Reserves', cell: ({ amount, asset }) => <Amount of={moneyOf(amount, asset)} />, isNumber: true },
  {
    name: 'Requests',
    cell: ({ requests }) =>
      requests === null ? <span class="muted">an amount</span> : <Count of={requests} />,
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Captured',
    cell: ({ captured, asset }) =>
      captured === null ? <span class="muted">no</span> : <Amount of={moneyOf(captured, asset)} />,
    isNumber: true,
    isExtra: true,
  },
  { name: 'Lapses', cell: ({ expiresAt }) => <Time at={expiresAt} />, isExtra: true },
];

/** What work under way reserves of the balance of an agent. */
export function Holds({ agent, changes, onChanged }: AgentView) {
  const { caller } = useSession();
  const [wanted, setWanted] = useState<Wanted>('open');
  const [asked, setAsked] = useState<Hold>();
  const state = wanted === 'all' ? {} : { state: wanted };
  const pages = usePages('listHolds', { query: { agent, ...state, limit: 200 } }, ({ items }) => items);
  const releasing: Column<Hold> = {
    name: 'Release',
    isAct: true,
    cell: (hold) =>
      hold.state === 'open' && (
        <button
          type="button"
          class="button danger"
          aria-label={`Release ${hold.id}`}
          onClick={() => setAsked(hold)}
        >
          Release…
        </button>
      ),
  };
  useChanged(changes, pages.reload);
  return (
    <Card
      title="Holds"
      note="Amounts that were reserved before work, in order."
      actions={<Choice label="State" value={wanted} values={states} onChange={setWanted} />}
    >
      <PagedTable
        caption="Holds"
        columns={may(caller, 'record') ? [...columns, releasing] : columns}
        keyOf={({ id }) => id}
        pages={pages}
        what="the holds"
        empty={<Empty title={wanted === 'open' ? 'No hold is open' : 'No hold was made'} />}
      />
      {asked !== undefined && (
        <ReleaseHold
          hold={asked}
          onChanged={onChanged}
          onEnded={pages.reload}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Card>
  );
}

/** Releases what a hold reserves. A hold never changes its amount, and ends once. */
function ReleaseHold({
  hold: { id: holdId, agent, amount, asset, serviceId },
  onChanged,
  onEnded,
  onClose,
}: {
  readonly hold: Hold;
  readonly onChanged: () => void;
  readonly onEnded: () => void;
  readonly onClose: () => void;
}) {
  const write = useWrite('releaseHold');
  const reserved = moneyOf(amount, asset);
  const release = () =>
    write.send({ params: { holdId } }, (sent) => {
      if (sent.kind === 'answered') {
        onClose();
        onChanged();
      } else if (sent.failure.code === 'hold_ended') onEnded();
    });
  return (
    <ActDialog
      title="Release this hold?"
      act={`Release ${moneyText(reserved)}`}
      write={write}
      isReady={write.failure?.code !== 'hold_ended'}
      isDanger
      onAct={release}
      onClose={onClose}
    >
      <p>
        <strong>{agent}</strong> reserved this with <strong>{holdId}</strong> for work of {serviceId}.
      </p>
      <p class="ask-amount">
        <Amount of={reserved} />
      </p>
      <p class="muted small">
        Work that is still running can no longer capture it. If it was captured meanwhile, nothing is changed.
      </p>
    </ActDialog>
  );
}
