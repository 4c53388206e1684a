import { useState } from 'preact/hooks';
import { may, useSession } from '../api/session.ts';
import type { BodyOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { type Reading, useRead } from '../api/use-read.ts';
import { counted } from '../core/amount.ts';
import { billed, carried, isZero, priceOf } from '../core/billing.ts';
import { Amount, Count } from '../parts/amount.tsx';
import { BillLines } from '../parts/bill-lines.tsx';
import { Bills } from '../parts/bills.tsx';
import { Download } from '../parts/download.tsx';
import { Entries } from '../parts/entries.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Figure, Page } from '../parts/page.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { AccountPrices } from './account-prices.tsx';
import { SettleDialog } from './settle-dialog.tsx';

interface Account {
  readonly agent: string;
  readonly serviceId: string;
}

/** An account: what is outstanding on it and what that costs, its bills and its entries. */
export function AccountPage(account: Account) {
  const { agent, serviceId } = account;
  const quote = useRead('readQuote', { params: { agent, serviceId } });
  const bills = usePages('listSettlements', { query: { ...account, limit: 100 } }, ({ items }) => items);
  const entries = usePages('listEntries', { query: { ...account, limit: 200 } }, ({ items }) => items);
  const service = useRead('readService', { params: { serviceId } });
  const prices = usePages(
    'listPrices',
    { params: { serviceId }, query: { limit: 200 } },
    ({ items }) => items,
  );
  const reload = () => {
    quote.reload();
    bills.reload();
    entries.reload();
  };
  return (
    <Page
      title={serviceId}
      kicker={
        <>
          Account of <Link to={{ page: 'agent', agent }}>{agent}</Link>
        </>
      }
      actions={<SettleButton quote={quote} onSettled={reload} />}
    >
      <QuoteCard quote={quote} service={service} serviceId={serviceId} />
      <AccountPrices quote={quote} service={service} prices={prices} />
      <Card title="Bills">
        <Bills pages={bills} isOfAccount />
      </Card>
      <Card
        title="Entries"
        note="All recorded usage of the account, in order. Entries are never changed or erased."
        actions={
          <Download
            path={`/entries/export.csv?${new URLSearchParams({ agent, serviceId })}`}
            name="entries.csv"
            label="Download as CSV"
          />
        }
      >
        <Entries pages={entries} caption="Entries of the account" of="account" />
      </Card>
    </Page>
  );
}

function SettleButton({
  quote,
  onSettled,
}: {
  readonly quote: Reading<BodyOf<'readQuote'>>;
  readonly onSettled: () => void;
}) {
  const { caller } = useSession();
  const [isAsked, setAsked] = useState(false);
  const { data } = quote;
  if (!may(caller, 'settle') || data === undefined) return null;
  return (
    <>
      <button
        type="button"
        class="button primary"
        disabled={data.lines.length === 0 && data.prepaid === undefined && isZero(carried(data))}
        onClick={() => setAsked(true)}
      >
        Settle…
      </button>
      {isAsked && (
        <SettleDialog
          quote={data}
          onSettled={onSettled}
          onChanged={quote.reload}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}

function QuoteCard({
  quote,
  service,
  serviceId,
}: {
  readonly quote: Reading<BodyOf<'readQuote'>>;
  readonly service: Reading<BodyOf<'readService'>>;
  readonly serviceId: string;
}) {
  return (
    <Card
      title="Outstanding"
      note="What a bill would show now."
      actions={
        <button type="button" class="button" onClick={quote.reload} disabled={quote.isReading}>
          Refresh
        </button>
      }
    >
      {quote.data === undefined && quote.failure?.code === 'not_found' ? (
        <NoPrice serviceId={serviceId} />
      ) : (
        <Shown reading={quote} what="the quote">
          {(data) => (
            <>
              <dl class="figures flat">
                <Figure label="To bill" note={`through entry ${data.through}`}>
                  <Amount of={billed(data)} />
                </Figure>
                <Figure label="Outstanding requests">
                  <Count of={data.requests} />
                </Figure>
                <Figure
                  label="Price in force"
                  note={<Link to={{ page: 'service', serviceId }}>the service</Link>}
                >
                  <PriceInForce service={service.data} />
                </Figure>
              </dl>
              {data.lines.length === 0 && data.prepaid === undefined ? (
                <Empty title="Nothing is outstanding">
                  <p class="muted">
                    {counted(data.through, 'entry', 'entries')} recorded, all of them billed.
                  </p>
                </Empty>
              ) : (
                <BillLines bill={data} total="To bill" />
              )}
            </>
          )}
        </Shown>
      )}
    </Card>
  );
}

/** Usage is recorded of a service that is not registered, too. */
function NoPrice({ serviceId }: { readonly serviceId: string }) {
  return (
    <Empty title="This service has no price yet">
      <p class="muted">
        Usage of {serviceId} is kept, and will cost the first price that is set. Set one among the{' '}
        <Link to={{ page: 'services' }}>services and prices</Link>.
      </p>
    </Empty>
  );
}

function PriceInForce({ service }: { readonly service: BodyOf<'readService'> | undefined }) {
  if (service === undefined) return <>…</>;
  return service.tiers === undefined ? <Amount of={priceOf(service, 1n)} /> : <>in tiers</>;
}
