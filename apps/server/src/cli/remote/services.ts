import type { Service, ServicePut } from '@billonce/client';
import { operations } from '@billonce/contract';
import { checkPart } from './check-part.ts';
import { type Column, limitOf, listed, pageLimitOf } from './listed.ts';
import { type RemoteCommand, remoteCommand } from './remote-command.ts';
import { listOptions, writeOptions } from './remote-options.ts';

const serviceArgument = { name: 'SERVICE', text: 'the service' };

const listCommand = remoteCommand({
  name: 'services list',
  summary: 'lists the services and their prices',
  text: ['Lists the services of the tenant by their names. Nothing is changed.'],
  options: {
    prefix: { value: 'TEXT', text: 'only those whose name begins so' },
    disabled: { text: 'only those that are disabled' },
    ...listOptions,
  },
  plan: ({ values, mistakes }) => {
    const limit = limitOf(values.limit, mistakes);
    const query = {
      ...(values.prefix === undefined ? {} : { prefix: values.prefix }),
      ...(values.disabled ? { disabled: 'true' as const } : {}),
      limit: pageLimitOf(limit, 1_000),
    };
    checkPart(operations.listServices.query, query, { prefix: '--prefix' }, mistakes);
    return (client, options) =>
      listed(client.services.list(query, options), limit, columns, 'there are no services');
  },
});

const columns: readonly Column<Service>[] = [
  ['SERVICE', ({ serviceId }) => serviceId],
  ['STROOPS', ({ priceStroops }) => String(priceStroops)],
  ['UNIT', ({ unit }) => unit ?? ''],
  ['STATE', ({ disabled }) => (disabled ? 'disabled' : '')],
  ['DESCRIPTION', ({ description }) => description ?? ''],
];

const putCommand = remoteCommand({
  name: 'services put',
  summary: 'registers a service, or sets its price from now on',
  arguments: [serviceArgument, { name: 'STROOPS', text: 'the price of a request, in stroops' }],
  text: [
    'Registers the service, or changes it. The new price counts for usage that is recorded from now on; usage from before keeps its price. ' +
      'Run again with the same words, it changes nothing.',
  ],
  options: {
    description: {
      value: 'TEXT',
      text: 'what it is, together with --owner; without both, they stay as they are',
    },
    owner: { value: 'TEXT', text: 'who answers for it, together with --description' },
    unit: { value: 'TEXT', text: 'what is counted, such as token; without it, that stays as it is' },
    ...writeOptions,
  },
  plan: ({ values: { description, owner, unit }, positionals: [serviceId = '', price = ''], mistakes }) => {
    if (!/^\d{1,16}$/.test(price)) mistakes.push(`STROOPS is ${price}: it must be a whole number`);
    if ((description === undefined) !== (owner === undefined))
      mistakes.push('--description and --owner belong together: give both, or neither');
    const service: ServicePut = {
      serviceId,
      priceStroops: Number(price),
      ...(description === undefined ? {} : { description }),
      ...(owner === undefined ? {} : { owner }),
      ...(unit === undefined ? {} : { unit }),
    };
    const names = {
      serviceId: 'SERVICE',
      priceStroops: 'STROOPS',
      description: '--description',
      owner: '--owner',
      unit: '--unit',
    };
    if (mistakes.length === 0) checkPart(operations.putService.body, { ...service }, names, mistakes);
    return async (client, options) => {
      const put = await client.services.put(service, options);
      return { documents: [put], text: `service ${serviceId} costs ${put.priceStroops} stroops\n` };
    };
  },
});

function switchCommand(verb: 'disable' | 'enable', text: string): RemoteCommand {
  return remoteCommand({
    name: `services ${verb}`,
    summary:
      verb === 'disable' ? 'refuses usage of a service from now on' : 'records usage of a service again',
    arguments: [serviceArgument],
    text: [text],
    options: writeOptions,
    plan: ({ positionals: [serviceId = ''], mistakes }) => {
      checkPart(operations.readService.params, { serviceId }, { serviceId: 'SERVICE' }, mistakes);
      return async (client, options) => {
        const set = await client.services[verb](serviceId, options);
        return { documents: [set], text: `service ${serviceId} is ${verb}d\n` };
      };
    },
  });
}

/** `billonce services …` */
export const serviceCommands: readonly RemoteCommand[] = [
  listCommand,
  putCommand,
  switchCommand(
    'disable',
    'Usage of the service is refused from now on. What is outstanding can still be settled.',
  ),
  switchCommand('enable', 'Usage of the service is recorded again.'),
];
