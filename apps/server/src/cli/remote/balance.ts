import type { Balance, Grant } from '@billonce/client';
import { operations } from '@billonce/contract';
import { moneyText } from '../command-line/money.ts';
import { checkPart } from './check-part.ts';
import { type RemoteCommand, remoteCommand, type Shown } from './remote-command.ts';
import { pairsOf } from './table.ts';

/** `billonce balance` */
export const balanceCommand: RemoteCommand = remoteCommand({
  name: 'balance',
  summary: 'shows the prepaid balance of an agent',
  arguments: [{ name: 'AGENT', text: 'the agent' }],
  text: [
    'Shows the amount that the agent may still spend, and how the rest of its balance was used. Nothing is changed.',
  ],
  options: { asset: { value: 'ASSET', text: 'the asset of the amounts; default: XLM' } },
  plan: ({ values: { asset }, positionals: [agent = ''], mistakes }) => {
    const query = asset === undefined ? {} : { asset };
    checkPart(operations.readBalance.params, { agent }, { agent: 'AGENT' }, mistakes);
    checkPart(operations.readBalance.query, query, { asset: '--asset' }, mistakes);
    return async (client, options) => balanceShown(await client.balances.get(agent, query, options));
  },
});

function balanceShown(balance: Balance): Shown {
  const { agent, asset, mode, available, overdraft } = balance;
  const amounts = (['held', 'granted', 'refunded', 'drawn', 'expired', 'voided'] as const).map(
    (name) => [`  ${name}`, moneyText(balance[name], asset)] as const,
  );
  const head = `${agent}: ${moneyText(available, asset)} available${overdraft === '0' ? '' : `, and an overdraft of ${moneyText(overdraft, asset)}`}, ${mode}\n`;
  return { documents: [balance], text: head + pairsOf(amounts) };
}

/** A grant as one line. */
export function grantLine({ id, agent, amount, asset, expiresAt }: Grant): string {
  const end = expiresAt === null ? '' : `, until ${expiresAt}`;
  return `${moneyText(amount, asset)} to ${agent}${end}, as grant ${id}`;
}
