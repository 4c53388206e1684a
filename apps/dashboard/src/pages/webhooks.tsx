import type { ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { Count } from '../parts/amount.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';
import { WebhookState } from '../parts/webhook-state.tsx';

const columns: readonly Column<ItemOf<'listWebhooks'>>[] = [
  { name: 'URL', cell: ({ id, url }) => <Link to={{ page: 'webhook', id }}>{url}</Link> },
  { name: 'State', cell: (webhook) => <WebhookState webhook={webhook} /> },
  {
    name: 'Failures in a row',
    cell: ({ failures }) => <Count of={failures} />,
    isNumber: true,
    isExtra: true,
  },
  { name: 'Events', cell: ({ events }) => events.join(', '), isExtra: true },
];

/** Where events are delivered to. */
export function WebhooksPage() {
  const pages = usePages('listWebhooks', { query: { limit: 100 } }, ({ items }) => items);
  return (
    <Page title="Webhooks">
      <Card>
        <PagedTable
          caption="Webhooks"
          columns={columns}
          keyOf={({ id }) => id}
          pages={pages}
          what="the webhooks"
          empty={
            <Empty title="No webhook">
              <p class="muted">
                Make one with <code>POST /api/v1/webhooks</code>; its signing secret is shown once, there.
              </p>
            </Empty>
          }
        />
      </Card>
    </Page>
  );
}
