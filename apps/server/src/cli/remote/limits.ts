import type { CountedLimit, Limit, LimitPut } from '@billonce/client';
import { bounds, operations } from '@billonce/contract';
import { checkPart } from './check-part.ts';
import { type Column, limitOf, listed, pageLimitOf } from './listed.ts';
import { paged } from './paged.ts';
import { type RemoteCommand, remoteCommand } from './remote-command.ts';
import { listOptions, writeOptions } from './remote-options.ts';

const nameArgument = { name: 'NAME', text: 'the name of the limit' };

const putCommand = remoteCommand({
  name: 'limit put',
  summary: 'sets a limit to the usage of an agent, a service or an API key',
  arguments: [nameArgument],
  text: [
    'Sets the limit with this name, or replaces it. With the same options it changes nothing, and the counters are kept.',
  ],
  options: {
    max: { value: 'QUANTITY', text: 'the requests (or tokens, or units) in each window, such as 1000' },
    window: { value: 'minute|hour|day|month|lifetime', text: 'the length of a window, in UTC' },
    agent: {
      value: 'NAME',
      text: "the agent whose usage counts; '*' for a separate counter for each agent; default: all agents together",
    },
    service: { value: 'NAME', text: 'counts usage of this service; default: of all services' },
    key: {
      value: 'PREFIX',
      text: 'counts usage that this API key sends, such as apk_0f3a9b2c; default: of all keys',
    },
    asset: {
      value: 'ASSET',
      text: 'counts the cost of the usage in this asset, such as XLM; --max is then an amount of it',
    },
    action: {
      value: 'refuse|notify',
      text: 'whether usage beyond the limit is refused, or only reported; default: refuse',
    },
    'notify-at': {
      value: 'PART',
      isList: true,
      text: 'writes an event limit.reached at this part of --max, such as 0.8; may be given several times',
    },
    ...writeOptions,
  },
  plan: ({ values, positionals: [name = ''], mistakes }) => {
    const { max, asset, window, agent, service, key, action = 'refuse', 'notify-at': notifyAt } = values;
    if (max === undefined) mistakes.push('give the maximum (--max QUANTITY)');
    if (window === undefined) mistakes.push('give the window (--window minute|hour|day|month|lifetime)');
    const body = {
      ...(agent === undefined ? {} : { agent }),
      ...(service === undefined ? {} : { serviceId: service }),
      ...(key === undefined ? {} : { apiKeyPrefix: key }),
      window: window ?? 'day',
      max: asset === undefined ? { quantity: max ?? '1' } : { amount: max ?? '1', asset },
      action,
      ...(notifyAt === undefined ? {} : { notifyAt: notifyAt.map(Number) }),
    };
    checkPart(operations.putLimit.params, { name }, { name: 'NAME' }, mistakes);
    const options = {
      agent: '--agent',
      serviceId: '--service',
      apiKeyPrefix: '--key',
      window: '--window',
      max: '--max',
      asset: '--asset',
      action: '--action',
      notifyAt: '--notify-at',
    };
    const limit = checkedLimit(body, options, mistakes);
    return async (client, callOptions) => {
      const set = await client.call('putLimit', { params: { name }, body: limit }, callOptions);
      return { documents: [set], text: `limit ${limitLine(set)}\n` };
    };
  },
});

/** The body with its type: its texts are values of the contract, or a mistake was reported. */
function checkedLimit(body: object, names: Readonly<Record<string, string>>, mistakes: string[]): LimitPut {
  checkPart(operations.putLimit.body, { ...body }, names, mistakes);
  return body as LimitPut;
}

const showCommand = remoteCommand({
  name: 'limit show',
  summary: 'shows a limit, with its use in the current window',
  arguments: [nameArgument],
  text: ['Shows the limit and its counters in the current window. Nothing is changed.'],
  options: listOptions,
  plan: ({ values, positionals: [name = ''], mistakes }) => {
    const limit = limitOf(values.limit, mistakes);
    checkPart(operations.readLimit.params, { name }, { name: 'NAME' }, mistakes);
    return async (client, options) => {
      let first: CountedLimit | undefined;
      const read = async (at: { readonly cursor?: string }) => {
        const query = { ...at, limit: pageLimitOf(limit, bounds.pageItems) };
        const page = await client.call('readLimit', { params: { name }, query }, options);
        first ??= page;
        return page;
      };
      const counters = await listed(
        paged(read, (page) => page.counters),
        limit,
        counterColumns,
        'nothing is used',
      );
      if (first === undefined) return counters;
      const { counters: _, hasMore: _more, nextCursor: _cursor, ...shown } = first;
      const document = { ...shown, counters: counters.documents };
      return { ...counters, documents: [document], text: `limit ${limitLine(shown)}\n${counters.text}` };
    };
  },
});

const counterColumns: readonly Column<CountedLimit['counters'][number]>[] = [
  ['AGENT', ({ agent }) => agent ?? 'all together'],
  ['USED', ({ used }) => used],
  ['LEFT', ({ left }) => left],
  ['WINDOW ENDS', ({ windowEnd }) => windowEnd ?? 'never'],
];

const listCommand = remoteCommand({
  name: 'limit list',
  summary: 'lists the limits',
  text: [
    'Lists the limits of the tenant by their names. billonce limit show prints the use of one. Nothing is changed.',
  ],
  options: listOptions,
  plan: ({ values, mistakes }) => {
    const limit = limitOf(values.limit, mistakes);
    return async (client, options) => {
      const items = paged(
        (at) =>
          client.call('listLimits', { query: { ...at, limit: pageLimitOf(limit, bounds.limits) } }, options),
        (page) => page.items,
      );
      return await listed(items, limit, limitColumns, 'there are no limits');
    };
  },
});

const limitColumns: readonly Column<Limit>[] = [
  ['NAME', ({ name }) => name],
  ['MAX', ({ max }) => maxText(max)],
  ['WINDOW', ({ window }) => window],
  ['ACTION', ({ action }) => action],
  ['AGENT', ({ agent }) => agent ?? ''],
  ['SERVICE', ({ serviceId }) => serviceId ?? ''],
  ['KEY', ({ apiKeyPrefix }) => apiKeyPrefix ?? ''],
];

const deleteCommand = remoteCommand({
  name: 'limit delete',
  summary: 'deletes a limit and its counters',
  arguments: [nameArgument],
  text: ['Deletes the limit and its counters. The recorded usage is kept.'],
  options: writeOptions,
  plan: ({ positionals: [name = ''], mistakes }) => {
    checkPart(operations.deleteLimit.params, { name }, { name: 'NAME' }, mistakes);
    return async (client, options) => {
      await client.call('deleteLimit', { params: { name } }, options);
      return { documents: [{ name, deleted: true }], text: `limit ${name} is deleted\n` };
    };
  },
});

function maxText({ quantity, amount, asset }: Limit['max']): string {
  return quantity ?? `${amount} ${asset}`;
}

function limitLine({ name, max, window, action, agent, serviceId, apiKeyPrefix }: Limit): string {
  const of = [
    agent === null ? 'all agents together' : agent === '*' ? 'each agent' : `agent ${agent}`,
    ...(serviceId === null ? [] : [`service ${serviceId}`]),
    ...(apiKeyPrefix === null ? [] : [`key ${apiKeyPrefix}`]),
  ].join(', ');
  return `${name}: ${maxText(max)} ${window === 'lifetime' ? 'in its lifetime' : `in each ${window}`} (${of}), ${action}`;
}

/** `billonce limit …` */
export const limitCommands: readonly RemoteCommand[] = [putCommand, showCommand, listCommand, deleteCommand];
