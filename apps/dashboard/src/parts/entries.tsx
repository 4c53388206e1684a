import type { ItemOf } from '../api/types.ts';
import type { Pages } from '../api/use-pages.ts';
import { entryAmount, writtenOff } from '../core/billing.ts';
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

/** What an entry adds to a bill, and whether it was drawn from the prepaid balance. */
export function EntryAmount({ entry }: { readonly entry: Entry }) {
  const amount = entryAmount(entry);
  if (amount === undefined) return <span class="muted">no price</span>;
  return (
    <>
      {entry.drawn !== undefined && <Badge tone="good">prepaid</Badge>} <Amount of={amount} />
    </>
  );
}

/** The price that an entry is billed at. What was recorded before the first price was set is billed at that one. */
function priceVersionOf(entry: Entry): number | undefined {
  return entry.priceVersion ?? (entryAmount(entry) === undefined ? undefined : 1);
}

/** The bill that an entry is on. */
export function EntryBill({ entry: { settlementId } }: { readonly entry: Entry }) {
  if (settlementId === null) return <span class="muted">not yet</span>;
  return (
    <a href={hrefOf({ page: 'bill', id: settlementId })} title={settlementId}>
      settled
    </a>
  );
}

const columns: readonly Column<Entry>[] = [
  { name: 'No.', cell: ({ sequence }) => <Count of={sequence} />, isNumber: true },
  { name: 'Recorded', cell: ({ recordedAt }) => <Time at={recordedAt} /> },
  { name: 'Kind', cell: (entry) => <EntryKind entry={entry} /> },
  { name: 'Requests', cell: ({ requests }) => <Count of={requests} />, isNumber: true },
  { name: 'Amount', cell: (entry) => <EntryAmount entry={entry} />, isNumber: true, isExtra: true },
  {
    name: 'Price version',
    cell: (entry) => priceVersionOf(entry) ?? 'none',
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Bill',
    cell: (entry) => <EntryBill entry={entry} />,
    isExtra: true,
  },
  {
    name: 'Usage id',
    cell: ({ usageId }) =>
      usageId === null ? (
        <span class="muted">none</span>
      ) : (
        <a class="usage-id" href={hrefOf({ page: 'lookup', what: usageId })} title={usageId}>
          {usageId}
        </a>
      ),
    isExtra: true,
  },
  { name: 'Entry', cell: ({ id }) => <Id of={id} />, isExtra: true },
];

const account: Column<Entry> = {
  name: 'Service',
  cell: ({ agent, serviceId }) => <a href={hrefOf({ page: 'account', agent, serviceId })}>{serviceId}</a>,
};

/** Whose entries are shown: the columns that would say the same in each row are left out. */
type EntriesOf = 'agent' | 'account' | 'bill';

const shownOf: Readonly<Record<EntriesOf, readonly Column<Entry>[]>> = {
  agent: [account, ...columns],
  account: columns,
  bill: columns.filter(({ name }) => name !== 'Bill'),
};

/** Entries of an agent, of one of its accounts, or of a bill. */
export function Entries({
  pages,
  caption,
  of,
}: {
  readonly pages: Pages<Entry>;
  readonly caption: string;
  readonly of: EntriesOf;
}) {
  return (
    <PagedTable
      caption={caption}
      columns={shownOf[of]}
      keyOf={({ id }) => id}
      pages={pages}
      what="the entries"
      empty={<Empty title="No entry" />}
    />
  );
}
