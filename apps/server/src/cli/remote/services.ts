import type { Service, ServicePut } from '@billonce/client';
import { operations } from '@billonce/contract';
import { moneyText } from '../command-line/money.ts';
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
    prefix: { value: 'TEXT', text: 'only services whose name begins with this' },
    disabled: { text: 'only disabled services' },
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
  [
    'PRICE',
    ({ price, asset, tiers, period }) =>
      tiers === undefined ? moneyText(price, asset) : `${tiers.length} tiers, ${period}`,
  ],
  ['PER', ({ per }) => String(per)],
  ['UNIT', ({ unit }) => unit ?? ''],
  ['NEXT PRICE', ({ nextPrice }) => (nextPrice === undefined ? '' : nextText(nextPrice))],
  ['STATE', ({ disabled }) => (disabled ? 'disabled' : '')],
  ['DESCRIPTION', ({ description }) => description ?? ''],
];

const putCommand = remoteCommand({
  name: 'services put',
  summary: 'registers a service, or sets its price from now on, or from a date on',
  arguments: [
    serviceArgument,
    { name: 'STROOPS', text: 'the price of a request, in stroops; or name --price', isOptional: true },
  ],
  text: [
    'Registers the service, or changes it. The new price applies to usage that is recorded from now on; earlier usage keeps its price. ' +
      'With the same options it changes nothing.',
    'With --effective-from, the price changes at that time, and everything else immediately. A service can have one such price: a later one replaces it.',
  ],
  options: {
    description: {
      value: 'TEXT',
      text: 'a description, together with --owner; without both, they do not change',
    },
    owner: { value: 'TEXT', text: 'the person or team that is responsible, together with --description' },
    price: { value: 'AMOUNT', text: 'the price in the asset, such as 0.15, instead of STROOPS' },
    per: { value: 'UNITS', text: 'the number of units that --price is for: 1, 1000 or 1000000; default: 1' },
    tiers: {
      value: 'JSON',
      text: 'tiers instead of a price, in the form of the API, such as [{"upTo":1000,"price":"0"},{"price":"0.002"}]; together with --period',
    },
    period: { value: 'PERIOD', text: 'the period over which --tiers count: day, month or lifetime' },
    'effective-from': {
      value: 'TIME',
      text: 'when the price of a registered service takes effect, such as 2027-01-01T00:00:00Z: in the future, at most 731 days ahead',
    },
    unit: {
      value: 'TEXT',
      text: 'the name of the counted unit, such as token; if omitted, it does not change',
    },
    'unit-scale': {
      value: 'PLACES',
      text: 'how many decimal places a quantity may have, 0 to 6; it cannot change once usage was recorded',
    },
    asset: {
      value: 'ASSET',
      text: 'the asset of the price, which cannot change after the first registration; default: XLM, for which STROOPS may give the price',
    },
    ...writeOptions,
  },
  plan: ({ values, positionals: [serviceId = '', stroops], mistakes }) => {
    const { description, owner, unit, asset } = values;
    const scale = values['unit-scale'];
    const effectiveFrom = values['effective-from'];
    const price =
      values.tiers === undefined && values.period === undefined
        ? sentPrice(stroops, values, mistakes)
        : sentTiers(stroops, values, mistakes);
    if (scale !== undefined && !/^[0-6]$/.test(scale))
      mistakes.push(`--unit-scale is ${scale}: it must be a whole number from 0 to 6`);
    if ((description === undefined) !== (owner === undefined))
      mistakes.push('--description and --owner belong together: give both, or neither');
    const service: ServicePut = {
      serviceId,
      ...price,
      ...(description === undefined ? {} : { description }),
      ...(owner === undefined ? {} : { owner }),
      ...(unit === undefined ? {} : { unit }),
      ...(scale === undefined ? {} : { unitScale: Number(scale) }),
      ...(asset === undefined ? {} : { asset }),
      ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
    };
    const names = {
      serviceId: 'SERVICE',
      priceStroops: 'STROOPS',
      price: '--price',
      tiers: '--tiers',
      period: '--period',
      description: '--description',
      owner: '--owner',
      unit: '--unit',
      asset: '--asset',
      effectiveFrom: '--effective-from',
    };
    if (mistakes.length === 0) checkPart(operations.putService.body, { ...service }, names, mistakes);
    return async (client, options) => {
      const put = await client.services.put(service, options);
      const { nextPrice } = put;
      const next =
        nextPrice === undefined ? '' : `, and ${priceText(nextPrice)} from ${nextPrice.effectiveFrom} on`;
      return { documents: [put], text: `service ${serviceId} costs ${priceText(put)}${next}\n` };
    };
  },
});

/** Tiers in the form of the API; their values are checked with the rest of the body. */
function sentTiers(
  stroops: string | undefined,
  { price, per, tiers, period }: Readonly<Record<'price' | 'per' | 'tiers' | 'period', string | undefined>>,
  mistakes: string[],
): Pick<ServicePut, 'tiers' | 'period' | 'per'> {
  if (stroops !== undefined || price !== undefined)
    mistakes.push('give either --tiers, or STROOPS or --price');
  if (per !== undefined) mistakes.push('--per needs --price');
  const known = periods.find((one) => one === period);
  if (tiers === undefined || known === undefined)
    mistakes.push(`--tiers and --period belong together, and --period must be ${periods.join(', ')}`);
  try {
    const parsed: NonNullable<ServicePut['tiers']> = JSON.parse(tiers ?? '[]');
    return known === undefined ? {} : { tiers: parsed, period: known };
  } catch {
    mistakes.push('--tiers must be JSON');
    return {};
  }
}

const periods = ['day', 'month', 'lifetime'] as const;

/** The price as the API takes it: in stroops, or as a decimal text for some units. */
function sentPrice(
  stroops: string | undefined,
  { price, per }: { readonly price?: string | undefined; readonly per?: string | undefined },
  mistakes: string[],
): Pick<ServicePut, 'priceStroops' | 'price' | 'per'> {
  if ((stroops === undefined) === (price === undefined)) {
    mistakes.push('give the price once: STROOPS, or --price AMOUNT');
    return {};
  }
  if (per !== undefined && price === undefined) mistakes.push('--per needs --price');
  if (price !== undefined) {
    const units = ([1, 1_000, 1_000_000] as const).find((one) => String(one) === (per ?? '1'));
    if (units === undefined) mistakes.push(`--per is ${per}: it must be 1, 1000 or 1000000`);
    return { price, ...(units === undefined ? {} : { per: units }) };
  }
  if (!/^\d{1,16}$/.test(stroops ?? '')) mistakes.push(`STROOPS is ${stroops}: it must be a whole number`);
  return { priceStroops: Number(stroops) };
}

type ShownPrice = Pick<Service, 'price' | 'per' | 'asset' | 'tiers' | 'period'>;

function priceText({ price, per, asset, tiers, period }: ShownPrice): string {
  if (tiers !== undefined) return `what its ${tiers.length} tiers say, over each ${period}`;
  return `${price} ${asset} ${per === 1 ? 'each' : `for ${per}`}`;
}

function nextText(next: NonNullable<Service['nextPrice']>): string {
  const { price, asset, per, tiers, effectiveFrom } = next;
  const stated =
    tiers === undefined
      ? `${moneyText(price, asset)}${per === 1 ? '' : ` for ${per}`}`
      : `${tiers.length} tiers`;
  return `${stated} from ${effectiveFrom}`;
}

const cancelCommand = remoteCommand({
  name: 'services cancel-price',
  summary: 'cancels the next price of a service before its date',
  arguments: [serviceArgument],
  text: ['The price that was set with --effective-from never takes effect. The price in force stays.'],
  options: writeOptions,
  plan: ({ positionals: [serviceId = ''], mistakes }) => {
    checkPart(operations.cancelNextPrice.params, { serviceId }, { serviceId: 'SERVICE' }, mistakes);
    return async (client, options) => {
      await client.services.cancelNextPrice(serviceId, options);
      return { documents: [], text: `the next price of service ${serviceId} is cancelled\n` };
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
  cancelCommand,
  switchCommand(
    'disable',
    'Usage of the service is refused from now on. Outstanding usage can still be settled.',
  ),
  switchCommand('enable', 'Usage of the service is recorded again.'),
];
