import { may, useSession } from '../api/session.ts';
import type { BodyOf, ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { type Reading, useRead } from '../api/use-read.ts';
import { useWrite } from '../api/use-write.ts';
import { Count } from '../parts/amount.tsx';
import { Badge, type Tone } from '../parts/badge.tsx';
import { Id } from '../parts/links.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WebhookState } from '../parts/webhook-state.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';

type Delivery = ItemOf<'listDeliveries'>;

const tones: Readonly<Record<Delivery['state'], Tone>> = {
  delivered: 'good',
  pending: 'plain',
  failed: 'bad',
};

/** A webhook, and the events on their way to it. */
export function WebhookPage({ id }: { readonly id: string }) {
  const { caller } = useSession();
  const webhook = useRead('readWebhook', { params: { id } });
  const deliveries = usePages(
    'listDeliveries',
    { params: { id }, query: { limit: 100 } },
    ({ items }) => items,
  );
  const redeliver = useWrite('redeliver');
  const columns: readonly Column<Delivery>[] = [
    { name: 'Event', cell: ({ type }) => type },
    { name: 'State', cell: ({ state }) => <Badge tone={tones[state]}>{state}</Badge> },
    { name: 'Attempts', cell: ({ attempts }) => <Count of={attempts} />, isNumber: true, isExtra: true },
    {
      name: 'Last attempt',
      cell: ({ lastAttempt }) =>
        lastAttempt === null ? (
          <span class="muted">none yet</span>
        ) : (
          <>
            {lastAttempt.outcome}
            {lastAttempt.status === null ? '' : ` (${lastAttempt.status})`} <Time at={lastAttempt.at} />
          </>
        ),
    },
    { name: 'Id', cell: ({ eventId }) => <Id of={eventId} />, isExtra: true },
    ...(may(caller, 'manage')
      ? [
          {
            name: 'Again',
            isAct: true,
            cell: ({ eventId, type }: Delivery) => (
              <button
                type="button"
                class="button"
                disabled={redeliver.isWriting}
                aria-label={`Deliver again: ${type} ${eventId}`}
                onClick={() => redeliver.send({ params: { id, eventId } }, deliveries.reload)}
              >
                Deliver again
              </button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Page
      title={webhook.data?.url ?? 'Webhook'}
      kicker="Webhook"
      actions={<Changes webhook={webhook} onTested={deliveries.reload} />}
    >
      <Card>
        <Shown reading={webhook} what="the webhook">
          {(data) => <WebhookFacts webhook={data} />}
        </Shown>
      </Card>
      <Card
        title="Deliveries"
        note="The newest events first. Delivering again sends the event with the same id."
        actions={
          <button type="button" class="button" onClick={deliveries.reload}>
            Refresh
          </button>
        }
      >
        <WriteFailure failure={redeliver.failure} />
        <PagedTable
          caption="Deliveries"
          columns={columns}
          keyOf={({ eventId }) => eventId}
          pages={deliveries}
          what="the deliveries"
          empty={<Empty title="Nothing was delivered yet" />}
        />
      </Card>
    </Page>
  );
}

function WebhookFacts({ webhook }: { readonly webhook: BodyOf<'readWebhook'> }) {
  return (
    <Facts
      facts={[
        ['State', <WebhookState key="s" webhook={webhook} />],
        ['Events', webhook.events.join(', ')],
        ['Made', <Time key="m" at={webhook.createdTimestamp} />],
        ['Failures in a row', <Count key="f" of={webhook.failures} />],
        [
          'Failing since',
          webhook.failingSince === null ? 'it does not' : <Time key="t" at={webhook.failingSince} />,
        ],
        ['Proof of its receiver', webhook.ownership.replaceAll('_', ' ')],
      ]}
    />
  );
}

function Changes({
  webhook,
  onTested,
}: {
  readonly webhook: Reading<BodyOf<'readWebhook'>>;
  readonly onTested: () => void;
}) {
  const { caller } = useSession();
  const test = useWrite('testWebhook');
  const change = useWrite('changeWebhook');
  const { data } = webhook;
  if (data === undefined || !may(caller, 'manage')) return null;
  const { id, disabled } = data;
  const failure = test.failure ?? change.failure;
  return (
    <>
      <button
        type="button"
        class="button"
        disabled={test.isWriting}
        onClick={() => test.send({ params: { id } }, onTested)}
      >
        Send a test
      </button>
      <button
        type="button"
        class="button"
        disabled={change.isWriting}
        onClick={() => change.send({ params: { id }, body: { disabled: !disabled } }, webhook.reload)}
      >
        {disabled ? 'Enable' : 'Disable'}
      </button>
      <WriteFailure failure={failure} />
    </>
  );
}
