import { useState } from 'preact/hooks';
import { usePages } from '../api/use-pages.ts';
import { Bills } from '../parts/bills.tsx';
import { Download } from '../parts/download.tsx';
import { Choice, TextField, useSettled } from '../parts/fields.tsx';
import { Card, Page } from '../parts/page.tsx';
import { CloseMonth } from './close-month/close-month.tsx';
import { StatementCard } from './statement-card.tsx';

const spans = [
  ['month', 'Last 30 days', 30],
  ['quarter', 'Last 90 days', 90],
  ['year', 'Last 365 days', 365],
  ['all', 'All', undefined],
] as const;
type Span = (typeof spans)[number][0];

const dayMs = 86_400_000;

/** The beginning of the day so many days ago, so that the same list is asked for all day. */
function startOf(span: Span): string | undefined {
  const days = spans.find(([name]) => name === span)?.[2];
  if (days === undefined) return undefined;
  return new Date((Math.floor(Date.now() / dayMs) - days) * dayMs).toISOString();
}

/** All bills. */
export function BillsPage() {
  const [agent, setAgent] = useState('');
  const [span, setSpan] = useState<Span>('month');
  const named = useSettled(agent.trim());
  const from = startOf(span);
  const query = { ...(named === '' ? {} : { agent: named }), ...(from === undefined ? {} : { from }) };
  const pages = usePages('listSettlements', { query: { ...query, limit: 200 } }, ({ items }) => items);
  const filter = new URLSearchParams(query).toString();
  return (
    <Page title="Bills">
      {/* Above the list: when that grows, the outcome of a run stays in view. */}
      <CloseMonth onBilled={pages.reload} />
      <Card
        note="In the order in which they were made."
        title="Settlements"
        actions={
          <Download
            path={`/settlements.csv${filter === '' ? '' : `?${filter}`}`}
            name="settlements.csv"
            label="Download as CSV"
          />
        }
      >
        <div class="filters">
          <TextField label="Agent" type="search" placeholder="All agents" value={agent} onInput={setAgent} />
          <Choice
            label="Settled"
            value={span}
            values={spans.map(([name, text]) => [name, text])}
            onChange={setSpan}
          />
        </div>
        <Bills pages={pages} isOfAccount={false} />
      </Card>
      <StatementCard />
    </Page>
  );
}
