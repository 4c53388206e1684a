import { useState } from 'preact/hooks';
import type { ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { Choice, TextField, useSettled } from '../parts/fields.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';

type Act = ItemOf<'listActs'>;

const columns: readonly Column<Act>[] = [
  { name: 'When', cell: ({ at }) => <Time at={at} /> },
  { name: 'What', cell: ({ action }) => <code>{action}</code> },
  { name: 'To what', cell: ({ subject }) => subject },
  { name: 'Who', cell: ({ actor: { kind, keyPrefix } }) => keyPrefix ?? kind.replace('_', ' ') },
  { name: 'From', cell: ({ actor: { address } }) => address ?? '', isExtra: true },
  {
    name: 'Details',
    cell: ({ details }) => (
      <code class="details" title={JSON.stringify(details)}>
        {JSON.stringify(details)}
      </code>
    ),
    isExtra: true,
  },
  {
    name: 'Request',
    cell: ({ actor: { requestId } }) => <code class="id">{requestId ?? ''}</code>,
    isExtra: true,
  },
];

const actions = [
  'api_key.created',
  'api_key.expires',
  'api_key.revoked',
  'service.registered',
  'service.changed',
  'service.deleted',
  'webhook.created',
  'webhook.changed',
  'webhook.deleted',
  'asset.registered',
  'limit.set',
  'limit.deleted',
  'usage.reversed',
  'credit.written_off',
  'server.paused',
  'server.unpaused',
  'settings.changed',
] as const satisfies readonly Act['action'][];
type Chosen = (typeof actions)[number] | '';

/** Who did what to keys, services, webhooks, settings and credits, and when. */
export function LogPage() {
  const [action, setAction] = useState<Chosen>('');
  const [subject, setSubject] = useState('');
  const named = useSettled(subject.trim());
  const query = { ...(action === '' ? {} : { action }), ...(named === '' ? {} : { subject: named }) };
  const pages = usePages('listActs', { query: { ...query, limit: 200 } }, ({ items }) => items);
  return (
    <Page title="Administrative acts">
      <Card
        title="Log"
        note="The newest first. Acts are never changed or erased; the audit looks for missing ones."
      >
        <div class="filters">
          <TextField
            label="To what"
            type="search"
            placeholder="A service, the prefix of a key, an id"
            value={subject}
            onInput={setSubject}
          />
          <Choice<Chosen>
            label="What"
            value={action}
            values={[['', 'Everything'], ...actions.map((one) => [one, one] as const)]}
            onChange={setAction}
          />
        </div>
        <PagedTable
          caption="Administrative acts"
          columns={columns}
          keyOf={({ id }) => id}
          pages={pages}
          what="the log"
          empty={<Empty title="No act" />}
        />
      </Card>
    </Page>
  );
}
