import { answerOf, type GrantRequest } from '@billonce/client';
import { operations } from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import { moneyText } from '../command-line/money.ts';
import { integerOf } from '../command-line/settings.ts';
import { grantLine } from './balance.ts';
import { checkPart } from './check-part.ts';
import { type RemoteCommand, remoteCommand } from './remote-command.ts';
import { writeOptions } from './remote-options.ts';

const options = {
  id: {
    value: 'ID',
    text: 'the id of the grant, such as an invoice number: a grant with this id is made once',
  },
  asset: { value: 'ASSET', text: 'the asset of the amount; default: XLM' },
  expires: { value: 'TIME', text: 'when the grant expires' },
  priority: {
    value: 'N',
    integer: { default: 100, min: 0, max: 1_000 },
    text: 'grants of a lower priority are used first',
  },
  note: { value: 'TEXT', text: 'a remark that is kept with the grant' },
  ...writeOptions,
} as const;

const names = {
  amount: 'AMOUNT',
  id: '--id',
  asset: '--asset',
  expiresAt: '--expires',
  priority: '--priority',
  note: '--note',
} as const;

/** `billonce credit` */
export const creditCommand: RemoteCommand = remoteCommand({
  name: 'credit',
  summary: 'grants money to the prepaid balance of an agent, once for each id',
  arguments: [
    { name: 'AGENT', text: 'the agent' },
    { name: 'AMOUNT', text: 'the amount, such as 12.5' },
  ],
  text: [
    'Grants the amount to the balance of the agent. It can be run again after a crash or a lost answer: a grant has an id, --id, and is made ' +
      'once for each id. Without --id the id is derived from agent, amount, asset, end, priority and note. An ' +
      'equal grant is therefore not made a second time, on any day, and the command reports this. To make an equal grant, give it another --id.',
  ],
  options,
  plan: ({ values, positionals: [agent = '', amount = ''], mistakes }) => {
    const { asset, expires, note } = values;
    const own = {
      amount,
      ...(asset === undefined ? {} : { asset }),
      ...(expires === undefined ? {} : { expiresAt: expires }),
      ...(values.priority === undefined
        ? {}
        : { priority: integerOf('priority', options.priority, values.priority, mistakes) }),
      ...(note === undefined ? {} : { note }),
    };
    const grant: GrantRequest = { ...own, id: values.id ?? derivedId(agent, own) };
    checkPart(operations.createGrant.params, { agent }, { agent: 'AGENT' }, mistakes);
    checkPart(operations.createGrant.body, { ...grant }, names, mistakes);
    return async (client, callOptions) => {
      const made = await client.balances.grant(agent, grant, callOptions);
      const answer = answerOf(made);
      // A replay is the answer to this request, which was sent again.
      const isNew = answer?.status === 201;
      const verb = isNew ? 'granted' : 'already granted, not granted again:';
      const advice =
        values.id === undefined
          ? 'nothing was granted now: to make an equal grant, give it another id with --id'
          : undefined;
      return {
        documents: [{ ...made, isNew }],
        text: `${verb} ${grantLine(made)}; ${moneyText(made.available, made.asset)} available\n`,
        note: isNew ? undefined : advice,
      };
    };
  },
});

/** Equal for every spelling of the defaults, and different whenever two grants differ. */
function derivedId(
  agent: string,
  { amount, asset = 'XLM', expiresAt, priority = 100, note }: GrantRequest,
): string {
  const parts = [agent, withoutZeros(amount), asset, expiresAt ?? null, priority, note ?? null];
  return `credit-${sha256(JSON.stringify(parts)).slice(0, 32)}`;
}

/** `12.50` as `12.5`, and `12.0` as `12`. */
function withoutZeros(amount: string): string {
  if (!amount.includes('.')) return amount;
  let end = amount.length;
  while (amount[end - 1] === '0') end -= 1;
  return amount.slice(0, amount[end - 1] === '.' ? end - 1 : end);
}
