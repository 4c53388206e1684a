import type { Hold, ListHoldsQuery } from '@billonce/client';
import { bounds, operations } from '@billonce/contract';
import { checkPart } from './check-part.ts';
import { type Column, limitOf, listed, pageLimitOf } from './listed.ts';
import { type RemoteCommand, remoteCommand } from './remote-command.ts';
import { listOptions, writeOptions } from './remote-options.ts';

const states = ['open', 'captured', 'released', 'lapsed'] as const;

const listCommand = remoteCommand({
  name: 'holds list',
  summary: 'lists holds, oldest first',
  text: ['Lists the holds of the tenant in the order in which they were made. Nothing is changed.'],
  options: {
    agent: { value: 'NAME', text: 'only holds of this agent' },
    state: { value: 'open|captured|released|lapsed', text: 'only those in this state' },
    ...listOptions,
  },
  plan: ({ values: { agent, state, ...values }, mistakes }) => {
    const limit = limitOf(values.limit, mistakes);
    const known = states.find((one) => one === state);
    const query: ListHoldsQuery = {
      ...(agent === undefined ? {} : { agent }),
      ...(known === undefined ? {} : { state: known }),
      limit: pageLimitOf(limit, bounds.pageItems),
    };
    checkPart(operations.listHolds.query, { ...query }, { agent: '--agent' }, mistakes);
    return (client, options) =>
      listed(client.holds.list(query, options), limit, columns, 'there are no holds');
  },
});

const columns: readonly Column<Hold>[] = [
  ['HOLD', ({ id }) => id],
  ['AGENT', ({ agent }) => agent],
  ['SERVICE', ({ serviceId }) => serviceId],
  ['AMOUNT', ({ amount, asset }) => `${amount} ${asset}`],
  ['STATE', ({ state }) => state],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
  ['CAPTURED', ({ captured }) => captured ?? ''],
];

const releaseCommand = remoteCommand({
  name: 'holds release',
  summary: 'releases a hold',
  arguments: [{ name: 'HOLD', text: 'the id of the hold' }],
  text: [
    'Releases the hold: the reserved amount can be spent again. The hold can then no longer be captured.',
  ],
  options: writeOptions,
  plan: ({ positionals: [holdId = ''], mistakes }) => {
    checkPart(operations.releaseHold.params, { holdId }, { holdId: 'HOLD' }, mistakes);
    return async (client, options) => {
      const { agent, amount, asset, available, ...hold } = await client.holds.release(holdId, options);
      return {
        documents: [{ ...hold, agent, amount, asset, available }],
        text: `hold ${holdId} is released: ${amount} ${asset} of ${agent}, ${available} available\n`,
      };
    };
  },
});

/** `billonce holds …` */
export const holdCommands: readonly RemoteCommand[] = [listCommand, releaseCommand];
