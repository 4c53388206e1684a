import { useState } from 'preact/hooks';
import type { Client } from '../api/client.ts';
import { type Failure, failureOf } from '../api/failure.ts';
import { useSession } from '../api/session.ts';
import type { BodyOf } from '../api/types.ts';
import { usePages } from '../api/use-pages.ts';
import { useRead } from '../api/use-read.ts';
import { counted, grouped, moneyText, scaled } from '../core/amount.ts';
import { priceOf } from '../core/billing.ts';
import { BillSum, type PricesKnown, type Recomputed } from '../core/recompute.ts';
import type { PricedTier } from '../core/tier-sum.ts';
import { Amount, Count } from '../parts/amount.tsx';
import { Badge } from '../parts/badge.tsx';
import { BillLines } from '../parts/bill-lines.tsx';
import { Download } from '../parts/download.tsx';
import { Entries } from '../parts/entries.tsx';
import { Link } from '../parts/links.tsx';
import { Card, Facts, Page } from '../parts/page.tsx';
import { FailureNote, Shown } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';

type Bill = BodyOf<'readSettlement'>;

/** A bill: its lines, its entries, and the proof that they add up to it. */
export function BillPage({ id }: { readonly id: string }) {
  const bill = useRead('readSettlement', { params: { id } });
  return (
    <Page
      title={bill.data === undefined ? 'Bill' : `Bill ${bill.data.number} of ${bill.data.agent}`}
      kicker="Settlement"
      actions={
        <>
          <button type="button" class="button" onClick={() => print()}>
            Print
          </button>
          <Download
            path={`/entries/export.csv?settlementId=${id}`}
            name={`bill-${id}.csv`}
            label="Entries as CSV"
          />
        </>
      }
    >
      <Shown reading={bill} what="the bill">
        {(data) => <BillBody bill={data} />}
      </Shown>
    </Page>
  );
}

function BillBody({ bill }: { readonly bill: Bill }) {
  const { id, agent, serviceId, runId } = bill;
  const entries = usePages(
    'listSettlementEntries',
    { params: { id }, query: { limit: 200 } },
    ({ items }) => items,
  );
  return (
    <>
      <Card>
        <Facts
          facts={[
            [
              'Agent',
              <Link key="a" to={{ page: 'agent', agent }}>
                {agent}
              </Link>,
            ],
            [
              'Service',
              <Link key="s" to={{ page: 'account', agent, serviceId }}>
                {serviceId}
              </Link>,
            ],
            ['Settled', <Time key="t" at={bill.settledAt} />],
            ['Entries', `${grouped(bill.from + 1)} to ${grouped(bill.through)}`],
            ['Requests', <Count key="r" of={bill.requests} />],
            ...(runId === null ? [] : [['Run', <RunLink key="u" runId={runId} />] as const]),
            ['Id', <code key="i">{id}</code>],
          ]}
        />
        <BillLines bill={bill} total="Billed" />
      </Card>
      <Recompute bill={bill} />
      <div class="no-print">
        <Card title="Entries" note="The entries that this bill covers.">
          <Entries pages={entries} caption="Entries of the bill" of="bill" />
        </Card>
      </div>
    </>
  );
}

function RunLink({ runId }: { readonly runId: string }) {
  return <Link to={{ page: 'run', runId }}>{runId}</Link>;
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'adding'; readonly entries: number }
  | { readonly kind: 'done'; readonly result: Recomputed }
  | { readonly kind: 'failed'; readonly failure: Failure };

function Recompute({ bill }: { readonly bill: Bill }) {
  const { client } = useSession();
  const [state, setState] = useState<State>({ kind: 'idle' });
  const start = () => {
    setState({ kind: 'adding', entries: 0 });
    addUp(client, bill, (entries) => setState({ kind: 'adding', entries })).then(
      (result) => setState({ kind: 'done', result }),
      (error: unknown) => setState({ kind: 'failed', failure: failureOf(error) }),
    );
  };
  return (
    <div class={state.kind === 'done' ? '' : 'no-print'}>
      <Card
        title="Recompute"
        note="Your browser reads every entry of this bill and every price of the service, and adds them up itself."
        actions={
          <button type="button" class="button" disabled={state.kind === 'adding'} onClick={start}>
            Add it up
          </button>
        }
      >
        <div aria-live="polite">
          {state.kind === 'adding' && <p>{counted(state.entries, 'entry', 'entries')} added up so far…</p>}
          {state.kind === 'failed' && <FailureNote failure={state.failure} again={start} />}
          {state.kind === 'done' && <Result result={state.result} />}
          {state.kind === 'idle' && <p class="muted">Not added up yet.</p>}
        </div>
      </Card>
    </div>
  );
}

function Result({ result: { entries, billed, differences } }: { readonly result: Recomputed }) {
  if (differences.length === 0) {
    return (
      <p>
        <Badge tone="good">The bill is right</Badge> {counted(entries, 'entry', 'entries')} add up to{' '}
        <Amount of={billed} />, to the last digit.
      </p>
    );
  }
  return (
    <>
      <p>
        <Badge tone="bad">The bill does not add up</Badge> {counted(entries, 'entry', 'entries')} come to{' '}
        {moneyText(billed)}.
      </p>
      <ul class="differences">
        {differences.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </>
  );
}

const pageItems = 1_000;

async function addUp(client: Client, bill: Bill, onProgress: (entries: number) => void): Promise<Recomputed> {
  const sum = new BillSum(bill);
  const prices = await pricesOf(client, bill.serviceId);
  for (let cursor: string | undefined, hasMore = true; hasMore; ) {
    const query = { limit: pageItems, ...(cursor === undefined ? {} : { cursor }) };
    const page: BodyOf<'listSettlementEntries'> = await client.call('listSettlementEntries', {
      params: { id: bill.id },
      query,
    });
    sum.add(page.items);
    onProgress(sum.entries);
    cursor = page.nextCursor;
    hasMore = page.hasMore;
  }
  return sum.finish(prices);
}

async function pricesOf(client: Client, serviceId: string): Promise<PricesKnown> {
  const params = { serviceId };
  const service: { readonly serviceId: string; readonly unitScale?: number } = await client.call(
    'readService',
    { params },
  );
  const prices = new Map<number, bigint>();
  const tiers = new Map<number, readonly PricedTier[]>();
  for (let cursor: string | undefined, hasMore = true; hasMore; ) {
    const query = { limit: pageItems, ...(cursor === undefined ? {} : { cursor }) };
    const page: BodyOf<'listPrices'> = await client.call('listPrices', { params, query });
    for (const item of page.items) {
      prices.set(item.version, scaled(priceOf(item, 1n).amount));
      if (item.tiers !== undefined)
        tiers.set(
          item.version,
          item.tiers.map((tier) => pricedTier(tier, item.per)),
        );
    }
    cursor = page.nextCursor;
    hasMore = page.hasMore;
  }
  return { prices, tiers, unitScale: service.unitScale ?? 0 };
}

function pricedTier(
  { price, package: size }: { readonly price: string; readonly package?: number | undefined },
  per: number,
): PricedTier {
  return size === undefined
    ? { price: scaled(price) / BigInt(per), isOfPackages: false }
    : { price: scaled(price), isOfPackages: true };
}
