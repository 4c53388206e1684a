import { useState } from 'preact/hooks';
import { lastMonths } from '../core/months.ts';
import { Choice, TextField, useSettled } from '../parts/fields.tsx';
import { Card } from '../parts/page.tsx';
import { StatementFiles } from '../parts/statement-files.tsx';

const monthsShown = 24;

/** The statement of an agent over a month: to print, and as CSV. */
export function StatementCard() {
  const [agent, setAgent] = useState('');
  const [months] = useState(() => lastMonths(Date.now(), monthsShown));
  const [month, setMonth] = useState(months[0]?.name ?? '');
  const named = useSettled(agent.trim());
  const chosen = months.find(({ name }) => name === month);
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
        {named !== '' && chosen !== undefined && <StatementFiles agent={named} month={chosen} />}
      </div>
    </Card>
  );
}
