import { useState } from 'preact/hooks';
import type { BodyOf, ItemOf } from '../../api/types.ts';
import { useChanged } from '../../api/use-changed.ts';
import { useRead } from '../../api/use-read.ts';
import { moneyOf, negative, quantityText } from '../../core/amount.ts';
import { isZero } from '../../core/billing.ts';
import { lastMonths } from '../../core/months.ts';
import { Amount } from '../../parts/amount.tsx';
import { Choice } from '../../parts/fields.tsx';
import { Link } from '../../parts/links.tsx';
import { Card } from '../../parts/page.tsx';
import { StatementFiles } from '../../parts/statement-files.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { AgentView } from './agent-view.ts';

type Statement = BodyOf<'readStatement'>;
type Used = ItemOf<'readStatement', 'usage'>;
type Bill = ItemOf<'readStatement', 'bills'>;

const monthsShown = 24;

/** What an agent was granted, used, was billed and has left in a month, over all services. */
export function AgentStatement({ agent, asset, changes }: AgentView) {
  const [months] = useState(() => lastMonths(Date.now(), monthsShown));
  const [name, setName] = useState(months[0]?.name ?? '');
  const month = months.find((one) => one.name === name);
  const query = month && { from: month.from, to: month.to, asset };
  const statement = useRead('readStatement', query && { params: { agent }, query });
  useChanged(changes, statement.reload);
  return (
    <Card
      title="Statement"
      note="Grants, usage, bills and what is left in a month, over all services. Months are in UTC."
      actions={
        <>
          <Choice
            label="Month"
            value={name}
            values={months.map((one) => [one.name, one.text])}
            onChange={setName}
          />
          {month !== undefined && <StatementFiles agent={agent} month={month} asset={asset} />}
        </>
      }
    >
      <Shown reading={statement} what="the statement">
        {(data) => <Lines statement={data} />}
      </Shown>
    </Card>
  );
}

function Lines({ statement }: { readonly statement: Statement }) {
  const { asset, usage, bills } = statement;
  return (
    <>
      <Table
        caption="Sums of the statement"
        columns={sumColumns(asset)}
        keyOf={({ text }) => text}
        items={sumsOf(statement)}
      />
      {usage.length === 0 ? (
        <Empty title="Nothing was used in this month" />
      ) : (
        <Table
          caption="Usage of the statement"
          columns={usedColumns(statement)}
          keyOf={({ serviceId, priceVersion, tier }) => `${serviceId} ${priceVersion} ${tier ?? ''}`}
          items={usage}
        />
      )}
      {bills.length > 0 && (
        <Table
          caption="Bills of the statement"
          columns={billColumns(asset)}
          keyOf={({ settlementId }) => settlementId}
          items={bills}
        />
      )}
    </>
  );
}

/** A sum, and what it adds to the balance or to what is on no bill. */
interface Sum {
  readonly text: string;
  readonly balance?: string;
  readonly unbilled?: string;
  readonly sign?: -1;
}

/** As the contract adds them up: each column comes to its last row. */
function sumsOf({ opening, closing, totals }: Statement): readonly Sum[] {
  const changes: readonly Sum[] = [
    { text: 'Granted', balance: totals.granted },
    { text: 'Refunded', balance: totals.refunded },
    { text: 'Drawn', balance: totals.drawn, sign: -1 },
    { text: 'Expired', balance: totals.expired, sign: -1 },
    { text: 'Voided', balance: totals.voided, sign: -1 },
    { text: 'Held', balance: totals.held, sign: -1 },
    { text: 'Used', unbilled: totals.used },
    { text: 'Reversed', unbilled: totals.reversed, sign: -1 },
    { text: 'Paid from the balance', unbilled: totals.paid, sign: -1 },
    { text: 'Billed', unbilled: totals.billed, sign: -1 },
    { text: 'Written off', unbilled: totals.writtenOff },
  ];
  return [
    { text: 'Opening', balance: opening.available, unbilled: opening.unbilled },
    ...changes.filter(({ balance = '0', unbilled = '0' }) => balance !== '0' || unbilled !== '0'),
    { text: 'Closing', balance: closing.available, unbilled: closing.unbilled },
  ];
}

function sumColumns(asset: string): readonly Column<Sum>[] {
  const column = (name: string, of: (sum: Sum) => string | undefined): Column<Sum> => ({
    name,
    cell: (sum) => {
      const amount = of(sum);
      if (amount === undefined) return null;
      const money = moneyOf(amount, asset);
      return <Amount of={sum.sign === -1 && !isZero(money) ? negative(money) : money} />;
    },
    isNumber: true,
  });
  return [
    { name: 'Sum', cell: ({ text }) => text },
    column('Balance', ({ balance }) => balance),
    column('On no bill', ({ unbilled }) => unbilled),
  ];
}

function usedColumns({ agent, asset }: Statement): readonly Column<Used>[] {
  const amount = (of: string | null) =>
    of === null ? <span class="muted">no price yet</span> : <Amount of={moneyOf(of, asset)} />;
  return [
    {
      name: 'Service',
      cell: ({ serviceId }) => <Link to={{ page: 'account', agent, serviceId }}>{serviceId}</Link>,
    },
    { name: 'Price', cell: ({ price }) => amount(price), isNumber: true, isExtra: true },
    {
      name: 'Used',
      cell: ({ quantity, requests }) => (
        <span class="amount">{quantityText(quantity ?? String(requests))}</span>
      ),
      isNumber: true,
    },
    { name: 'Amount', cell: (line) => amount(line.amount), isNumber: true },
    { name: 'Reversed', cell: (line) => amount(line.reversedAmount), isNumber: true, isExtra: true },
  ];
}

function billColumns(asset: string): readonly Column<Bill>[] {
  return [
    {
      name: 'Bill',
      cell: ({ settlementId, at }) => (
        <Link to={{ page: 'bill', id: settlementId }}>
          <Time at={at} />
        </Link>
      ),
    },
    { name: 'Service', cell: ({ serviceId }) => serviceId },
    { name: 'Billed', cell: ({ amount }) => <Amount of={moneyOf(amount, asset)} />, isNumber: true },
  ];
}
