import { useState } from 'preact/hooks';
import { may, useSession } from '../api/session.ts';
import type { BodyOf, ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { type Reading, useRead } from '../api/use-read.ts';
import { useWrite } from '../api/use-write.ts';
import { scaled } from '../core/amount.ts';
import { priceOf } from '../core/billing.ts';
import { Amount, Count, Xlm } from '../parts/amount.tsx';
import { Badge } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Form, TextField } from '../parts/fields.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, PagedTable, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';

const priceColumns: readonly Column<ItemOf<'listPrices'>>[] = [
  { name: 'Version', cell: ({ version }) => version },
  { name: 'Price of one', cell: (price) => <Amount of={priceOf(price, 1n)} />, isNumber: true },
  { name: 'In force from', cell: ({ setAt }) => <Time at={setAt} /> },
];

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
                ['Price of one', <Amount key="p" of={priceOf(data, 1n)} />],
                ['Price of 1,000,000', <Amount key="m" of={priceOf(data, 1_000_000n)} />],
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
          note="Usage costs what was in force when it was recorded. A price is never edited."
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
        <Card title="Most outstanding" note="The 20 agents with most outstanding requests.">
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
  const { data } = service;
  if (data === undefined || !may(caller, 'manage')) return null;
  const { serviceId, disabled } = data;
  const price = priceOf(data, 1n);
  return (
    <>
      {price.asset === 'XLM' && (
        <button type="button" class="button" onClick={() => setPriced(true)}>
          Set the price…
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
      {isPriced && (
        <PriceDialog
          serviceId={serviceId}
          priceStroops={scaled(price.amount) / stroop}
          onChanged={onChanged}
          onClose={() => setPriced(false)}
        />
      )}
    </>
  );
}

/** A stroop as a whole number of 10^-18 of XLM. */
const stroop = 10n ** 11n;

/** The greatest price that the contract takes. */
const priceMax = 9_007_199_254;

function PriceDialog({
  serviceId,
  priceStroops,
  onChanged,
  onClose,
}: {
  readonly serviceId: string;
  readonly priceStroops: bigint;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(String(priceStroops));
  const write = useWrite('setPrice');
  const price = /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : undefined;
  const isValid = price !== undefined && price <= priceMax;
  const set = () => {
    if (!isValid) return;
    write.send({ params: { serviceId }, body: { priceStroops: price } }, (sent) => {
      if (sent.kind === 'failed') return;
      onChanged();
      onClose();
    });
  };
  return (
    <Dialog title="Set the price" onClose={onClose}>
      <WriteFailure failure={write.failure} />
      <Form label="Set the price" onSubmit={set}>
        <TextField
          label="Price of one request, in stroops"
          hint={
            isValid ? (
              <>
                1,000,000 requests cost <Xlm stroops={BigInt(price) * 1_000_000n} />
              </>
            ) : (
              'A whole number from 0 to 9,007,199,254.'
            )
          }
          value={text}
          onInput={setText}
          inputMode="numeric"
          isRequired
        />
        <p class="muted small">
          It applies to what is recorded from now on. What was recorded before keeps its price.
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={!isValid || write.isWriting}>
            Set the price
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
