import { parseArgs } from 'node:util';
import { bulkItemsMax, compileValidator, Tenant } from '@billonce/contract';
import type { MoveWish } from './book.ts';
import { readKeysFile, type SuppliedKey } from './keys-file.ts';
import { publicTenant } from './target.ts';

/** What to carry, from where and where to. */
export interface MoveOptions extends MoveWish {
  /** AgentPay, without a slash at its end */
  readonly from: string;
  readonly server: string;
  readonly apiKey: string | undefined;
  readonly tenant: string;
  readonly keys: readonly SuppliedKey[];
  readonly secretsFile: string | undefined;
  readonly isJson: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const known = {
  server: text,
  tenant: text,
  keys: text,
  secrets: text,
  source: { ...text, default: 'agentpay' },
  batch: { ...text, default: '500' },
  'dry-run': flag,
  json: flag,
  help: { ...flag, short: 'h' },
} as const;

const validateTenant = compileValidator(Tenant);

/**
 * Reads the options of `billonce move-from-agentpay`.
 *
 * @throws {Error} if one is wrong
 */
export function parseMoveOptions(args: readonly string[], environment: Environment): MoveOptions | 'help' {
  const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true });
  if (values.help) return 'help';
  const [from, ...others] = positionals;
  if (from === undefined || others.length > 0) throw new Error('give one URL: the one of AgentPay');
  const apiKey = set(environment['BILLONCE_API_KEY']);
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(values.source)) {
    throw new Error('--source must be 1 to 64 of A-Z a-z 0-9 . _ -');
  }
  const options = {
    from: serverUrl('URL', from),
    server: serverUrl(
      '--server',
      values.server ?? set(environment['BILLONCE_URL']) ?? 'http://127.0.0.1:3001',
    ),
    apiKey,
    tenant: tenantOf(values.tenant ?? set(environment['BILLONCE_TENANT']), apiKey),
    keys: values.keys === undefined ? [] : readKeysFile(values.keys),
    secretsFile: values.secrets,
    source: values.source,
    batchItems: batchOf(values.batch),
    isDryRun: values['dry-run'],
    isJson: values.json,
  };
  if (options.from === options.server) throw new Error('AgentPay and --server are the same URL');
  return options;
}

function set(value: string | undefined): string | undefined {
  return value?.trim() === '' ? undefined : value?.trim();
}

function tenantOf(value: string | undefined, apiKey: string | undefined): string {
  if (value === undefined) {
    if (apiKey === undefined) return publicTenant;
    throw new Error('--tenant must name the tenant for the usage of callers without a key');
  }
  const validated = validateTenant(value);
  if (validated.kind === 'valid') return value;
  throw new Error(`--tenant ${validated.faults.map(({ message }) => message).join('; ')}`);
}

function batchOf(value: string): number {
  const items = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (items >= 1 && items <= bulkItemsMax) return items;
  throw new Error(`--batch must be an integer from 1 to ${bulkItemsMax}`);
}

/** The URL is not shown where it is wrong: it may carry a password. */
function serverUrl(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url === undefined || !isPlain || !/^https?:$/.test(url.protocol)) {
    throw new Error(`${name} must be like http://127.0.0.1:3001, without user name, password and query`);
  }
  return `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, '');
}
