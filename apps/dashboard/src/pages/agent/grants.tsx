import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import type { BodyOf, ItemOf } from '../../api/types.ts';
import { useChanged } from '../../api/use-changed.ts';
import { usePages } from '../../api/use-pages.ts';
import { useRead } from '../../api/use-read.ts';
import { useWrite } from '../../api/use-write.ts';
import { decimalOf, type Money, moneyOf, moneyText, scaled } from '../../core/amount.ts';
import { isZero } from '../../core/billing.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Amount } from '../../parts/amount.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { type Column, PagedTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { AgentView } from './agent-view.ts';

type Grant = ItemOf<'listGrants'>;

/** What voiding a grant takes away: what is left of it and no hold reserves. */
function freeOf({ left, held, asset }: Grant): Money {
  return moneyOf(decimalOf(scaled(left) - scaled(held), 0), asset);
}

function amountColumn(name: string, of: (grant: Grant) => string, isExtra = false): Column<Grant> {
  return {
    name,
    cell: (grant) => <Amount of={moneyOf(of(grant), grant.asset)} />,
    isNumber: true,
    isExtra,
  };
}

const columns: readonly Column<Grant>[] = [
  { name: 'Granted', cell: ({ grantedAt }) => <Time at={grantedAt} />, isExtra: true },
  {
    name: 'Id',
    cell: ({ id }) => (
      <span class="id" title={id}>
        {id}
      </span>
    ),
  },
  amountColumn('Amount', ({ amount }) => amount),
  amountColumn('Left', ({ left }) => left),
  amountColumn('Held', ({ held }) => held, true),
  {
    name: 'Expires',
    cell: ({ expiresAt }) =>
      expiresAt === null ? <span class="muted">never</span> : <Time at={expiresAt} />,
    isExtra: true,
  },
  { name: 'Priority', cell: ({ priority }) => priority, isNumber: true, isExtra: true },
  {
    name: 'Kind',
    cell: ({ kind }) => <Badge tone={kind === 'refund' ? 'warn' : 'plain'}>{kind}</Badge>,
    isExtra: true,
  },
  { name: 'Note', cell: ({ note }) => <span class="details">{note ?? ''}</span>, isExtra: true },
];

/** The grants of an agent, and what is left of each. */
export function Grants({ agent, asset, changes, onChanged }: AgentView) {
  const { caller } = useSession();
  const [asked, setAsked] = useState<Grant>();
  const pages = usePages(
    'listGrants',
    { params: { agent }, query: { asset, limit: 200 } },
    ({ items }) => items,
  );
  const voiding: Column<Grant> = {
    name: 'Void',
    isAct: true,
    cell: (grant) =>
      !isZero(freeOf(grant)) && (
        <button
          type="button"
          class="button danger"
          aria-label={`Void ${grant.id}`}
          onClick={() => setAsked(grant)}
        >
          Void…
        </button>
      ),
  };
  useChanged(changes, pages.reload);
  return (
    <Card
      title="Grants"
      note="The oldest first. Those of a lower priority are used first, then those that expire sooner."
    >
      <PagedTable
        caption="Grants"
        columns={may(caller, 'manage') ? [...columns, voiding] : columns}
        keyOf={({ id }) => id}
        pages={pages}
        what="the grants"
        empty={<Empty title="Nothing was granted" />}
      />
      {asked !== undefined && (
        <VoidGrant grant={asked} onChanged={onChanged} onClose={() => setAsked(undefined)} />
      )}
    </Card>
  );
}

/** Takes away what is left of a grant: the amount on the screen, or nothing. */
function VoidGrant({
  grant: { agent, id: grantId, ...listed },
  onChanged,
  onClose,
}: {
  readonly grant: Grant;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const params = { agent, grantId };
  const read = useRead('readGrant', { params });
  const write = useWrite('voidGrant');
  const grant: BodyOf<'readGrant'> = read.data ?? { ...listed, agent, id: grantId };
  const free = freeOf(grant);
  const take = () =>
    write.send({ params, query: { expectedAmount: free.amount } }, (sent) => {
      if (sent.kind === 'answered') {
        onClose();
        onChanged();
      } else if (sent.failure.code === 'grant_changed') read.reload();
    });
  return (
    <ActDialog
      title="Void what is left of this grant?"
      act={`Void ${moneyText(free)}`}
      write={write}
      isReady={!isZero(free)}
      isDanger
      onAct={take}
      onClose={onClose}
    >
      <p>
        This takes away what is left of <strong>{grantId}</strong> of <strong>{agent}</strong> and no hold
        reserves.
      </p>
      <p class="ask-amount">
        <Amount of={free} />
      </p>
      <p class="muted small">
        Either exactly this amount is taken away, or nothing: if it has changed meanwhile, the server refuses,
        and you see the new amount.
      </p>
    </ActDialog>
  );
}
