import { useState } from 'preact/hooks';
import { lastMonths } from '../core/months.ts';
import { Download } from '../parts/download.tsx';
import { Choice, TextField, useSettled } from '../parts/fields.tsx';
import { Card } from '../parts/page.tsx';

const monthsShown = 24;

/** The statement of an agent over a month: to print, and as CSV. */
export function StatementCard() {
  const [agent, setAgent] = useState('');
  const [months] = useState(() => lastMonths(Date.now(), monthsShown));
  const [month, setMonth] = useState(months[0]?.name ?? '');
  const named = useSettled(agent.trim());
  const chosen = months.find(({ name }) => name === month);
  const file = `statement-${named}-${month}`;
  const path = (form: string) =>
    `/agents/${encodeURIComponent(named)}/statement.${form}?${new URLSearchParams({ from: chosen?.from ?? '', to: chosen?.to ?? '' })}`;
  return (
    <Card
      title="Statement of a month"
      note="What an agent was granted, used and was billed, over all services. Months are in UTC."
    >
      <div class="filters">
        <TextField
          label="Statement of"
          type="search"
          placeholder="Name of an agent"
          value={agent}
          onInput={setAgent}
        />
        <Choice
          label="Month"
          value={month}
          values={months.map(({ name, text }) => [name, text])}
          onChange={setMonth}
        />
        {named !== '' && (
          <>
            <Download path={path('html')} name={`${file}.html`} label="Statement to print" />
            <Download path={path('csv')} name={`${file}.csv`} label="Statement as CSV" />
          </>
        )}
      </div>
    </Card>
  );
}
