import type { ItemOf } from '../api/types.ts';
import type { Pages } from '../api/use-pages.ts';
import { writtenOff } from '../core/billing.ts';
import { hrefOf } from '../core/route.ts';
import { Amount, Count } from './amount.tsx';
import { Badge } from './badge.tsx';
import { Id } from './links.tsx';
import { Empty } from './states.tsx';
import { type Column, PagedTable } from './table.tsx';
import { Time } from './time.tsx';

export type Entry = ItemOf<'listEntries'>;

/** What an entry is, in words. */
export function EntryKind({ entry }: { readonly entry: Entry }) {
  if (entry.reverses !== undefined) return <Badge tone="warn">reversal</Badge>;
  if (entry.writesOff === undefined) return <Badge tone="plain">usage</Badge>;
  return (
    <>
      <Badge tone="warn">{entry.writesOff.kind === 'paid_out' ? 'paid out' : 'write-off'}</Badge>{' '}
      <Amount of={writtenOff(entry.writesOff)} />
    </>
  );
}

const columns: readonly Column<Entry>[] = [
  { name: 'No.', cell: ({ sequence }) => <Count of={sequence} />, isNumber: true },
  { name: 'Recorded', cell: ({ recordedAt }) => <Time at={recordedAt} /> },
  { name: 'Kind', cell: (entry) => <EntryKind entry={entry} /> },
  { name: 'Requests', cell: ({ requests }) => <Count of={requests} />, isNumber: true },
  {
    name: 'Price version',
    cell: ({ priceVersion }) => priceVersion ?? 'no price',
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Usage id',
    cell: ({ usageId }) =>
      usageId === null ? (
        <span class="muted">none</span>
      ) : (
        <a href={hrefOf({ page: 'lookup', what: usageId })}>{usageId}</a>
      ),
    isExtra: true,
  },
  { name: 'Entry', cell: ({ id }) => <Id of={id} />, isExtra: true },
];

const account: Column<Entry> = {
  name: 'Service',
  cell: ({ agent, serviceId }) => <a href={hrefOf({ page: 'account', agent, serviceId })}>{serviceId}</a>,
};

/** Entries of one account, or of all accounts of an agent. */
export function Entries({
  pages,
  caption,
  isOfAccount,
}: {
  readonly pages: Pages<Entry>;
  readonly caption: string;
  readonly isOfAccount: boolean;
}) {
  return (
    <PagedTable
      caption={caption}
      columns={isOfAccount ? columns : [account, ...columns]}
      keyOf={({ id }) => id}
      pages={pages}
      what="the entries"
      empty={<Empty title="No entry" />}
    />
  );
}
