import { useState } from 'preact/hooks';
import { may, useSession } from '../api/session.ts';
import type { BodyOf, ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { type Reading, useRead } from '../api/use-read.ts';
import { useWrite } from '../api/use-write.ts';
import { isPrice } from '../core/amount.ts';
import { priceOf } from '../core/billing.ts';
import { tiersText } from '../core/tiers-text.ts';
import { Amount, Count } from '../parts/amount.tsx';
import { Badge } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Choice, Form, TextField } from '../parts/fields.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, PagedTable, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';

const priceColumns: readonly Column<ItemOf<'listPrices'>>[] = [
  { name: 'Version', cell: ({ version }) => version },
  { name: 'Price of one', cell: (price) => <PriceOfOne price={price} />, isNumber: true },
  { name: 'In force from', cell: ({ setAt }) => <Time at={setAt} /> },
];

/** A flat price of one unit, or what each tier costs. */
function PriceOfOne({ price }: { readonly price: BodyOf<'readService'> | ItemOf<'listPrices'> }) {
  if (price.tiers === undefined) return <Amount of={priceOf(price, 1n)} />;
  return (
    <ul>
      {tiersText(price).map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
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
  return (
    <>
      <button type="button" class="button" onClick={() => setPriced(true)}>
        Set the price…
      </button>
      <button
        type="button"
        class="button"
        disabled={disable.isWriting}
        onClick={() => disable.send({ params: { serviceId }, body: { disabled: !disabled } }, onChanged)}
      >
        {disabled ? 'Enable' : 'Disable'}
      </button>
      <WriteFailure failure={disable.failure} />
      {isPriced && <PriceDialog service={data} onChanged={onChanged} onClose={() => setPriced(false)} />}
    </>
  );
}

const units = [
  ['one', 'one unit'],
  ['thousand', '1,000 units'],
  ['million', '1,000,000 units'],
] as const;

/** For how many units a price is. */
type Units = (typeof units)[number][0];

const unitsIn = { one: 1, thousand: 1_000, million: 1_000_000 } as const satisfies Record<Units, number>;

function unitsOf(per: number): Units {
  return units.find(([name]) => unitsIn[name] === per)?.[0] ?? 'one';
}

function PriceDialog({
  service,
  onChanged,
  onClose,
}: {
  readonly service: BodyOf<'readService'>;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { serviceId, price, per, asset } = service;
  const [text, setText] = useState(price);
  const [chosen, setChosen] = useState(unitsOf(per));
  const write = useWrite('setPrice');
  const perUnits = unitsIn[chosen];
  const typed = text.trim();
  const isValid = isPrice(typed, perUnits);
  const set = () => {
    if (!isValid) return;
    write.send({ params: { serviceId }, body: { price: typed, per: perUnits } }, (sent) => {
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
          label={`Price in ${asset}`}
          hint={
            isValid ? (
              <>
                1,000,000 units cost{' '}
                <Amount of={priceOf({ price: typed, per: perUnits, asset }, 1_000_000n)} />
              </>
            ) : (
              'A number such as 0.15: at most 9,000,000 for one unit, with at most 12 decimal places.'
            )
          }
          value={text}
          onInput={setText}
          inputMode="decimal"
          isRequired
        />
        <Choice label="For" value={chosen} values={units} onChange={setChosen} />
        <p class="muted small">
          It applies to what is recorded from now on. What was recorded before keeps its price.
          {service.tiers !== undefined && ' It takes the place of all tiers.'}
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
