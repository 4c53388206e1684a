import { useState } from 'preact/hooks';
import type { ItemOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { priceOf } from '../core/billing.ts';
import { Amount } from '../parts/amount.tsx';
import { Badge } from '../parts/badge.tsx';
import { TextField, useSettled } from '../parts/fields.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, PagedTable } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';

const columns: readonly Column<ItemOf<'listServices', 'services'>>[] = [
  { name: 'Service', cell: ({ serviceId }) => <Link to={{ page: 'service', serviceId }}>{serviceId}</Link> },
  { name: 'Price of one', cell: (service) => <Amount of={priceOf(service, 1n)} />, isNumber: true },
  {
    name: 'Price of 1,000,000',
    cell: (service) => <Amount of={priceOf(service, 1_000_000n)} />,
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Next price',
    cell: ({ nextPrice }) =>
      nextPrice === undefined ? (
        ''
      ) : (
        <>
          <Amount of={priceOf(nextPrice, 1n)} /> from <Time at={nextPrice.effectiveFrom} />
        </>
      ),
    isExtra: true,
  },
  {
    name: 'State',
    cell: ({ disabled }) => (
      <Badge tone={disabled ? 'warn' : 'good'}>{disabled ? 'disabled' : 'enabled'}</Badge>
    ),
  },
  { name: 'Owner', cell: ({ owner }) => owner ?? '', isExtra: true },
  { name: 'Description', cell: ({ description }) => description ?? '', isExtra: true },
];

/** All services with the prices in force. */
export function ServicesPage() {
  const [search, setSearch] = useState('');
  const q = useSettled(search);
  const pages = usePages(
    'listServices',
    { query: { limit: 200, ...(q === '' ? {} : { q }) } },
    ({ services }) => services,
  );
  return (
    <Page title="Services and prices">
      <Card>
        <div class="filters">
          <TextField
            label="Search"
            type="search"
            placeholder="Part of an id"
            value={search}
            onInput={setSearch}
          />
        </div>
        <PagedTable
          caption="Services"
          columns={columns}
          keyOf={({ serviceId }) => serviceId}
          pages={pages}
          what="the services"
          empty={
            <Empty title={q === '' ? 'No service is registered' : 'No service matches'}>
              {q === '' && (
                <p class="muted">
                  Register one, with its price, with <code>POST /api/v1/services</code>.
                </p>
              )}
            </Empty>
          }
        />
      </Card>
    </Page>
  );
}
