import type { ApiKeyCreate, ApiKeyList } from '@billonce/client';
import { bounds, operations } from '@billonce/contract';
import { integerOf } from '../command-line/settings.ts';
import { checkPart } from './check-part.ts';
import { type Column, limitOf, listed, pageLimitOf } from './listed.ts';
import { paged } from './paged.ts';
import { type RemoteCommand, remoteCommand } from './remote-command.ts';
import { listOptions, writeOptions } from './remote-options.ts';
import { pairsOf } from './table.ts';

const prefixArgument = { name: 'PREFIX', text: 'the prefix of the key, such as apk_0f3a9b2c' };
const needsAdmin = 'It needs the admin key.';

const createCommand = remoteCommand({
  name: 'keys create',
  summary: 'creates an API key, which is shown once',
  arguments: [{ name: 'LABEL', text: 'what the key is for, such as collector' }],
  text: [
    `Creates an API key for the tenant in --tenant, and prints it: it is shown once. ${needsAdmin} Without --tenant the server creates a new tenant.`,
    'If the answer was lost, run it again with the --idempotency-key that the error shows: it prints the same key. With another idempotency key, it creates another API key.',
  ],
  options: {
    scope: {
      value: 'read|record|settle|manage',
      isList: true,
      text: 'a scope of the key; may be given several times; default: all scopes',
    },
    agent: { value: 'NAME', text: 'the only agent that the key may be used for' },
    service: { value: 'NAME', text: 'the only service that the key may be used for' },
    expires: { value: 'TIME', text: 'when the key expires' },
    'allow-from': {
      value: 'ADDRESSES',
      isList: true,
      text: 'the addresses from which the key may be used, such as 10.0.0.0/8; may be given several times',
    },
    ...writeOptions,
  },
  plan: ({ values, positionals: [label = ''], mistakes, tenant }) => {
    const { scope, agent, service, expires, 'allow-from': from } = values;
    const body = {
      label,
      ...(tenant === undefined ? {} : { tenant }),
      ...(scope === undefined ? {} : { scopes: scope }),
      ...(agent === undefined ? {} : { agent }),
      ...(service === undefined ? {} : { serviceId: service }),
      ...(expires === undefined ? {} : { expiresAt: expires }),
      ...(from === undefined ? {} : { allowedAddresses: from }),
    };
    const wanted = checkedKey(body, mistakes);
    return async (client, options) => {
      const made = await client.call('createApiKey', { body: wanted }, options);
      return { documents: [made], text: keyText(made) };
    };
  },
});

/** The body with its type: its texts are values of the contract, or a mistake was reported. */
function checkedKey(body: object, mistakes: string[]): ApiKeyCreate {
  const names = {
    label: 'LABEL',
    tenant: '--tenant',
    scopes: '--scope',
    agent: '--agent',
    serviceId: '--service',
    expiresAt: '--expires',
    allowedAddresses: '--allow-from',
  };
  checkPart(operations.createApiKey.body, { ...body }, names, mistakes);
  return body as ApiKeyCreate;
}

interface NewKey {
  readonly key: string;
  readonly label: string;
  readonly prefix: string;
  readonly tenant: string;
  readonly expiresAt: string | null;
  readonly scopes: readonly string[];
}

function keyText({ key, label, prefix, tenant, expiresAt, scopes }: NewKey): string {
  return pairsOf([
    ['key', key],
    ['label', label],
    ['prefix', prefix],
    ['tenant', tenant],
    ['scopes', scopes.join(' ')],
    ['expires', expiresAt ?? 'never'],
  ]);
}

const listCommand = remoteCommand({
  name: 'keys list',
  summary: 'lists the API keys, without their secrets',
  text: [`Lists the API keys of all tenants. ${needsAdmin} Nothing is changed.`],
  options: { revoked: { text: 'lists revoked keys, too' }, ...listOptions },
  plan: ({ values, mistakes, tenant }) => {
    const limit = limitOf(values.limit, mistakes);
    const isWanted = tenant === undefined ? () => true : (key: ListedKey) => key.tenant === tenant;
    return async (client, options) => {
      const query = {
        limit: pageLimitOf(limit, 1_000),
        includeRevoked: values.revoked ? 'true' : 'false',
      } as const;
      const items = paged(
        (at) => client.call('listApiKeys', { query: { ...query, ...at } }, options),
        (page) => page.items.filter(isWanted),
      );
      return await listed(items, limit, columns, 'there are no API keys');
    };
  },
});

type ListedKey = ApiKeyList['items'][number];

const columns: readonly Column<ListedKey>[] = [
  ['PREFIX', ({ prefix }) => prefix],
  ['LABEL', ({ label }) => label],
  ['TENANT', ({ tenant }) => tenant],
  ['SCOPES', ({ scopes }) => scopes.join(' ')],
  ['LAST USED', ({ lastUsedAt }) => lastUsedAt ?? 'never'],
  ['EXPIRES', ({ expiresAt }) => expiresAt ?? 'never'],
  ['REVOKED', ({ revokedAt }) => revokedAt ?? ''],
];

const rotateOptions = {
  grace: {
    value: 'MS',
    integer: { default: bounds.graceMsDefault, min: 0, max: bounds.graceMs },
    text: 'how long the old key is still accepted, in milliseconds',
  },
  ...writeOptions,
} as const;

const rotateCommand = remoteCommand({
  name: 'keys rotate',
  summary: 'replaces an API key by a new one',
  arguments: [prefixArgument],
  text: [
    `Creates a key with the same rights, and prints it: it is shown once. The old key is still accepted for a while. ${needsAdmin}`,
    'If the answer was lost, run it again with the --idempotency-key that the error shows: it prints the same key.',
  ],
  options: rotateOptions,
  plan: ({ values, positionals: [prefix = ''], mistakes }) => {
    checkPart(operations.rotateApiKey.params, { prefix }, { prefix: 'PREFIX' }, mistakes);
    const graceMs = integerOf('grace', rotateOptions.grace, values.grace, mistakes);
    return async (client, options) => {
      const made = await client.call('rotateApiKey', { params: { prefix }, query: { graceMs } }, options);
      const old = `${made.oldPrefix} until ${made.oldExpiresAt ?? 'it is revoked'}`;
      return { documents: [made], text: `${keyText(made)}old      ${old}\n` };
    };
  },
});

const revokeCommand = remoteCommand({
  name: 'keys revoke',
  summary: 'revokes an API key',
  arguments: [prefixArgument],
  text: [`Revokes the key: every instance refuses it within seconds. ${needsAdmin}`],
  options: writeOptions,
  plan: ({ positionals: [prefix = ''], mistakes }) => {
    checkPart(operations.revokeApiKey.params, { prefix }, { prefix: 'PREFIX' }, mistakes);
    return async (client, options) => {
      await client.call('revokeApiKey', { params: { prefix } }, options);
      return { documents: [{ prefix, revoked: true }], text: `API key ${prefix} is revoked\n` };
    };
  },
});

/** `billonce keys …` */
export const keyCommands: readonly RemoteCommand[] = [
  createCommand,
  listCommand,
  rotateCommand,
  revokeCommand,
];
