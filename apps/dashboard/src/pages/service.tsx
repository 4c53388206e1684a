import { useState } from 'preact/hooks';
import { may, useSession } from '../api/session.ts';
import type { BodyOf, ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { type Reading, useRead } from '../api/use-read.ts';
import { useWrite } from '../api/use-write.ts';
import { priceOf } from '../core/billing.ts';
import { Amount, Count } from '../parts/amount.tsx';
import { Badge } from '../parts/badge.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { type NextPrice, PriceOfOne, priceColumns } from '../parts/prices.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, PagedTable, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';
import { PriceDialog } from './price-dialog.tsx';

/** The price that takes the place of the price in force, and when. */
function NextPriceShown({ next }: { readonly next: NextPrice | undefined }) {
  if (next === undefined) return <>none</>;
  return (
    <>
      <PriceOfOne price={next} /> from <Time at={next.effectiveFrom} />
    </>
  );
}

/** A service: its prices, and the agents that owe most for it. */
export function ServicePage({ serviceId }: { readonly serviceId: string }) {
  const params = { serviceId };
  const service = useRead('readService', { params });
  const prices = usePages('listPrices', { params, query: { limit: 200 } }, ({ items }) => items);
  const top = useRead('topAgents', { params, query: { limit: 20 } });
  const reload = () => {
    service.reload();
    prices.reload();
  };
  return (
    <Page title={serviceId} kicker="Service" actions={<Changes service={service} onChanged={reload} />}>
      <Card>
        <Shown reading={service} what="the service">
          {(data) => (
            <Facts
              facts={[
                ['Price of one', <PriceOfOne key="p" price={data} />],
                ...(data.tiers === undefined
                  ? [['Price of 1,000,000', <Amount key="m" of={priceOf(data, 1_000_000n)} />] as const]
                  : []),
                ['Next price', <NextPriceShown key="n" next={data.nextPrice} />],
                [
                  'State',
                  <Badge key="s" tone={data.disabled ? 'warn' : 'good'}>
                    {data.disabled ? 'disabled: usage is refused' : 'enabled'}
                  </Badge>,
                ],
                ['What is counted', data.unit ?? 'requests'],
                ['Owner', data.owner ?? 'not said'],
                ['Description', data.description ?? 'none'],
              ]}
            />
          )}
        </Shown>
      </Card>
      <div class="columns">
        <Card
          title="Prices"
          note="Usage costs the price in force when it was recorded. A price is never edited."
        >
          <PagedTable
            caption="Prices"
            columns={priceColumns}
            keyOf={({ version }) => String(version)}
            pages={prices}
            what="the prices"
            empty={<Empty title="No price" />}
          />
        </Card>
        <Card title="Most outstanding" note="The 20 agents with the most outstanding requests.">
          <Shown reading={top} what="the agents of the service">
            {({ items }) => <TopAgents items={items} serviceId={serviceId} />}
          </Shown>
        </Card>
      </div>
    </Page>
  );
}

function TopAgents({
  items,
  serviceId,
}: {
  readonly items: BodyOf<'topAgents'>['items'];
  readonly serviceId: string;
}) {
  const columns: readonly Column<ItemOf<'topAgents'>>[] = [
    { name: 'Agent', cell: ({ agent }) => <Link to={{ page: 'account', agent, serviceId }}>{agent}</Link> },
    { name: 'Requests', cell: ({ total }) => <Count of={total} />, isNumber: true },
  ];
  if (items.length === 0) return <Empty title="Nothing is outstanding" />;
  return <Table caption="Most outstanding" columns={columns} keyOf={({ agent }) => agent} items={items} />;
}

function Changes({
  service,
  onChanged,
}: {
  readonly service: Reading<BodyOf<'readService'>>;
  readonly onChanged: () => void;
}) {
  const { caller } = useSession();
  const [isPriced, setPriced] = useState(false);
  const disable = useWrite('patchDisabled');
  const cancel = useWrite('cancelNextPrice');
  const { data } = service;
  if (data === undefined || !may(caller, 'manage')) return null;
  const { serviceId, disabled } = data;
  return (
    <>
      <button type="button" class="button" onClick={() => setPriced(true)}>
        Set the price…
      </button>
      {data.nextPrice !== undefined && (
        <button
          type="button"
          class="button"
          disabled={cancel.isWriting}
          onClick={() => cancel.send({ params: { serviceId } }, onChanged)}
        >
          Cancel the next price
        </button>
      )}
      <button
        type="button"
        class="button"
        disabled={disable.isWriting}
        onClick={() => disable.send({ params: { serviceId }, body: { disabled: !disabled } }, onChanged)}
      >
        {disabled ? 'Enable' : 'Disable'}
      </button>
      <WriteFailure failure={disable.failure} />
      <WriteFailure failure={cancel.failure} />
      {isPriced && <PriceDialog service={data} onChanged={onChanged} onClose={() => setPriced(false)} />}
    </>
  );
}
