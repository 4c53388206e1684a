import type { AgentQuote, Quote } from '@billonce/client';
import { bounds, operations } from '@billonce/contract';
import { moneyText, xlmText } from '../command-line/money.ts';
import { checkPart } from './check-part.ts';
import { limitOf, pageLimitOf } from './listed.ts';
import { type RemoteCommand, remoteCommand, type Shown } from './remote-command.ts';
import { listOptions } from './remote-options.ts';
import { tableOf } from './table.ts';

/** `billonce quote` */
export const quoteCommand: RemoteCommand = remoteCommand({
  name: 'quote',
  summary: 'shows what a settlement would bill now, for one account or for all accounts of an agent',
  arguments: [
    { name: 'AGENT', text: 'the agent' },
    { name: 'SERVICE', text: 'the service, of one account', isOptional: true },
  ],
  text: [
    'Shows outstanding usage and its cost: each line of one account, or one line for each account of an agent. Nothing is changed. ' +
      'billonce settle bills all accounts.',
  ],
  options: {
    before: {
      value: 'TIME',
      text: 'of an account: quotes usage that was recorded before this moment, an RFC 3339 timestamp such as 2026-12-01T00:00:00Z',
    },
    ...listOptions,
  },
  plan: ({ values, positionals: [agent = '', serviceId], mistakes }) => {
    const { before } = values;
    const limit = limitOf(values.limit, mistakes);
    if (serviceId === undefined) {
      checkPart(operations.readAgentQuote.params, { agent }, { agent: 'AGENT' }, mistakes);
      if (before !== undefined) mistakes.push('--before needs one account: give its SERVICE, too');
      return async (client, options) => {
        const quotes: Quote[] = [];
        let first: AgentQuote | undefined;
        for (let cursor: { readonly cursor?: string } = {}; ; ) {
          const query = { ...cursor, limit: pageLimitOf(limit, bounds.pageItems) };
          const page = await client.call('readAgentQuote', { params: { agent }, query }, options);
          quotes.push(...page.items);
          // The sums over all pages are on the first one.
          first ??= page;
          const isMore = page.hasMore || quotes.length > limit;
          if (quotes.length >= limit || !page.hasMore || page.nextCursor === null)
            return agentShown({ ...first, items: quotes.slice(0, limit), hasMore: isMore });
          cursor = { cursor: page.nextCursor };
        }
      };
    }
    const params = { agent, serviceId };
    checkPart(operations.readQuote.params, params, { agent: 'AGENT', serviceId: 'SERVICE' }, mistakes);
    const query = before === undefined ? {} : { recordedBefore: before };
    checkPart(operations.readQuote.query, query, { recordedBefore: '--before' }, mistakes);
    return async (client, options) => quoteShown(await client.call('readQuote', { params, query }, options));
  },
});

function quoteShown(quote: Quote): Shown {
  const { agent, serviceId, requests, quantity = requests, prepaid, through } = quote;
  const extra = [
    ...(isNothing(carriedOf(quote)) ? [] : [`credit of the last bill: ${carriedOf(quote)}`]),
    ...(isNothing(creditOf(quote)) ? [] : [`credit that is left: ${creditOf(quote)}`]),
    ...(prepaid === undefined
      ? []
      : [
          `paid from the balance: ${moneyText(prepaid.paid, quote.asset)}, due: ${moneyText(prepaid.due, quote.asset)}`,
        ]),
  ];
  const lines = quote.lines.map((line) => [
    line.quantity ?? String(line.requests),
    line.price,
    line.amount,
    String(line.priceVersion),
  ]);
  const text = [
    `${agent} ${serviceId}: ${quantity} requests, ${billedOf(quote)} to bill, through entry ${through}\n`,
    ...(lines.length === 0
      ? []
      : [
          tableOf(
            ['REQUESTS', `PRICE (${quote.asset})`, `AMOUNT (${quote.asset})`, 'PRICE VERSION'],
            lines,
            '',
          ),
        ]),
    ...extra.map((line) => `${line}\n`),
  ].join('');
  return { documents: [quote], text };
}

function agentShown(quote: AgentQuote): Shown {
  const {
    agent,
    items,
    hasMore,
    totalBilledStroops,
    totalCreditStroops,
    unpricedRequests,
    otherAssets = [],
  } = quote;
  const rows = items.map((item) => [
    item.serviceId,
    item.quantity ?? String(item.requests),
    billedOf(item),
    creditOf(item),
    String(item.through),
  ]);
  const table = tableOf(
    ['SERVICE', 'REQUESTS', 'AMOUNT', 'CREDIT', 'THROUGH'],
    rows,
    unpricedRequests === 0 ? 'nothing is outstanding' : 'nothing that has a price is outstanding',
  );
  const unpriced =
    unpricedRequests === 0
      ? ''
      : `, ${unpricedRequests} requests of services without a price (billonce services put sets one)`;
  const others = otherAssets.map(
    ({ asset, totalBilled, totalCredit }) =>
      `, ${moneyText(totalBilled, asset)} to bill, ${moneyText(totalCredit, asset)} of credit`,
  );
  const sum = `${agent}: ${xlmText(totalBilledStroops ?? 0)} to bill, ${xlmText(totalCreditStroops ?? 0)} of credit${others.join('')}${unpriced}\n`;
  const { nextCursor: _, ...document } = quote;
  return {
    documents: [document],
    text: table + sum,
    note: hasMore
      ? `there are more than ${items.length} accounts: raise --limit; the sums cover all accounts`
      : undefined,
  };
}

type BillAmounts = Pick<
  Quote,
  'asset' | 'amount' | 'carried' | 'carriedStroops' | 'credit' | 'creditStroops'
>;

function billedOf({ asset, amount }: BillAmounts): string {
  return moneyText(amount, asset);
}

/** The server sends these two in stroops if the asset is XLM. */
function carriedOf({ asset, carried = '0', carriedStroops }: BillAmounts): string {
  return carriedStroops === undefined ? moneyText(carried, asset) : xlmText(carriedStroops);
}

function creditOf({ asset, credit = '0', creditStroops }: BillAmounts): string {
  return creditStroops === undefined ? moneyText(credit, asset) : xlmText(creditStroops);
}

/** Whether an amount as text is 0. */
function isNothing(amount: string): boolean {
  return amount.startsWith('0 ');
}
