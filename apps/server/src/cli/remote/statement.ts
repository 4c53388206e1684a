import type { Success } from '@billonce/client';
import { operations } from '@billonce/contract';
import { checkPart } from './check-part.ts';
import { type RemoteCommand, remoteCommand, type Shown } from './remote-command.ts';
import { tableOf } from './table.ts';

type Statement = Success<'readStatement'>;

/** `billonce statement` */
export const statementCommand: RemoteCommand = remoteCommand({
  name: 'statement',
  summary: 'shows the statement of an agent for a period: grants, usage, bills and what is left',
  arguments: [{ name: 'AGENT', text: 'the agent' }],
  text: [
    'Shows the sums of a period, the usage by service and price, and the bills. It is not a bill, and settles nothing. The last row has the total of each column.',
    'The statement of a past period does not change, except that usage of a service without a price gets its first price.',
  ],
  options: {
    from: {
      value: 'TIME',
      text: 'the beginning, an RFC 3339 timestamp such as 2026-11-01T00:00:00Z; default: the beginning of the books',
    },
    to: { value: 'TIME', text: 'the end, which is not included; default: now' },
    asset: { value: 'ASSET', text: 'the asset of the amounts; default: XLM' },
    csv: { text: 'prints the statement as CSV; with --json, as the member csv' },
  },
  plan: ({ values, positionals: [agent = ''], mistakes }) => {
    const { from, to, asset, csv } = values;
    const query = {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(asset === undefined ? {} : { asset }),
    };
    checkPart(operations.readStatement.params, { agent }, { agent: 'AGENT' }, mistakes);
    const names = { from: '--from', to: '--to', asset: '--asset' };
    checkPart(operations.readStatement.query, query, names, mistakes);
    return async (client, options) => {
      if (!csv) return statementShown(await client.agents.statement(agent, query, options));
      const text = await client.call('exportStatementCsv', { params: { agent }, query }, options);
      return { documents: [{ csv: text }], text };
    };
  },
});

function statementShown(statement: Statement): Shown {
  const { agent, asset, from, to, usage, bills } = statement;
  const used = usage.map((line) => [
    line.serviceId,
    line.price ?? '',
    line.quantity ?? String(line.requests),
    line.amount ?? 'no price yet',
    line.reversedAmount ?? '',
  ]);
  const billed = bills.map(({ at, serviceId, amount, settlementId }) => [
    at,
    serviceId,
    amount,
    settlementId,
  ]);
  const text = [
    `${agent} in ${asset}, from ${from} to ${to}\n\n`,
    tableOf(['SUM', 'BALANCE', 'ON NO BILL'], sumsOf(statement), ''),
    '\n',
    tableOf(['SERVICE', 'PRICE', 'USED', 'AMOUNT', 'REVERSED'], used, 'nothing was used'),
    '\n',
    tableOf(['BILLED AT', 'SERVICE', 'AMOUNT', 'BILL'], billed, 'nothing was billed'),
  ].join('');
  return { documents: [statement], text };
}

/** In the order in which the contract adds them up; zero amounts are left out. */
function sumsOf({ opening, closing, totals }: Statement): readonly (readonly string[])[] {
  const { granted, refunded, drawn, expired, voided, held } = totals;
  const { used, reversed, paid, billed, writtenOff } = totals;
  const changes = [
    ['granted', granted, ''],
    ['refunded', refunded, ''],
    ['drawn', minus(drawn), ''],
    ['expired', minus(expired), ''],
    ['voided', minus(voided), ''],
    ['held', minus(held), ''],
    ['used', '', used],
    ['reversed', '', minus(reversed)],
    ['paid from the balance', '', minus(paid)],
    ['billed', '', minus(billed)],
    ['written off', '', writtenOff],
  ];
  return [
    ['opening', opening.available, opening.unbilled],
    ...changes.filter(([, balance, unbilled]) => ![balance, unbilled].includes('0')),
    ['closing', closing.available, closing.unbilled],
  ];
}

/** An amount with the other sign. */
function minus(amount: string): string {
  if (amount === '0') return amount;
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
