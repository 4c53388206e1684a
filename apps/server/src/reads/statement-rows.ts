import type { StatementBody } from '../answers/statements.ts';

/**
 * A row of a statement: its change of the balance, and of the unbilled amount. An amount is '' if it changes nothing.
 */
export interface StatementRow {
  readonly kind: string;
  readonly at: string;
  readonly serviceId: string;
  readonly priceVersion: number | null;
  readonly price: string | null;
  /** or of units with decimal places: a quantity */
  readonly requests: number | string | null;
  readonly balance: string;
  readonly unbilled: string;
  /** what it can be traced to */
  readonly reference: string;
  readonly note: string;
  readonly href: string;
}

const empty = {
  at: '',
  serviceId: '',
  priceVersion: null,
  price: null,
  requests: null,
  balance: '',
  unbilled: '',
  reference: '',
  note: '',
  href: '',
} as const;

/** The rows of a statement; the amounts of all rows before the last one add up to those of the last one. */
export function statementRows(statement: StatementBody): readonly StatementRow[] {
  const { from, to, opening, closing, totals } = statement;
  return [
    { ...empty, kind: 'opening', at: from, balance: opening.available, unbilled: opening.unbilled },
    ...statement.grants.map(grantRow),
    ...statement.usage.flatMap(usageRows),
    ...sumRow('drawn', minus(totals.drawn), ''),
    ...sumRow('held', minus(totals.held), ''),
    ...sumRow('paid_from_balance', '', minus(totals.paid)),
    ...statement.bills.map(billRow),
    ...statement.writeOffs.map(writeOffRow),
    { ...empty, kind: 'closing', at: to, balance: closing.available, unbilled: closing.unbilled },
  ];
}

function grantRow({ kind, amount, grantId, note, at, href }: StatementBody['grants'][number]): StatementRow {
  const isGained = kind === 'granted' || kind === 'refunded';
  const balance = isGained ? amount : minus(amount);
  return { ...empty, kind, at, balance, reference: grantId, note: note ?? '', href };
}

function usageRows(line: StatementBody['usage'][number]): StatementRow[] {
  const { serviceId, priceVersion, price, unit, href, afterSequence, throughSequence } = line;
  const reference = `entries ${afterSequence + 1} to ${throughSequence}`;
  const inTier = line.tier === undefined ? '' : `tier ${line.tier}`;
  const note = [unit ?? '', inTier].filter((text) => text !== '').join(', ');
  const shared = { ...empty, serviceId, priceVersion, price, reference, note, href };
  const rows: StatementRow[] = [];
  if (line.requests > 0)
    rows.push({
      ...shared,
      kind: 'usage',
      requests: line.quantity ?? line.requests,
      unbilled: line.amount ?? '',
    });
  if (line.reversedRequests > 0) {
    const unbilled = line.reversedAmount === null ? '' : minus(line.reversedAmount);
    const reversed =
      line.reversedQuantity === undefined ? -line.reversedRequests : minus(line.reversedQuantity);
    rows.push({ ...shared, kind: 'reversed', requests: reversed, unbilled });
  }
  return rows;
}

function billRow({
  settlementId,
  serviceId,
  amount,
  runId,
  at,
  href,
}: StatementBody['bills'][number]): StatementRow {
  const note = runId ?? '';
  return {
    ...empty,
    kind: 'bill',
    at,
    serviceId,
    unbilled: minus(amount),
    reference: settlementId,
    note,
    href,
  };
}

function writeOffRow({
  serviceId,
  kind,
  amount,
  reason,
  sequence,
  href,
}: StatementBody['writeOffs'][number]): StatementRow {
  const reference = `entry ${sequence}`;
  return { ...empty, kind, serviceId, unbilled: amount, reference, note: reason, href };
}

/** None for what came to nothing. */
function sumRow(kind: string, balance: string, unbilled: string): StatementRow[] {
  return [balance, unbilled].every((amount) => amount === '' || amount === '0')
    ? []
    : [{ ...empty, kind, balance, unbilled }];
}

/** An amount with the other sign. */
function minus(amount: string): string {
  if (amount === '0') return amount;
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
