import {
  createIdempotentFetch,
  type FetchClock,
  type IdempotentFetch,
  type IdempotentFetchOptions,
  type RandomSource,
  systemFetchClock,
  systemRandomSource,
} from '@billonce/idempotency/client';
import { BillonceError } from './billonce-error.ts';

/** The options that a client passes on to the retrying `fetch` of `@billonce/idempotency/client`. */
type FetchOptions = Omit<IdempotentFetchOptions, 'keySpelling' | 'bodyBytesMax' | 'answerBytesMax'>;

/** Where the server is, and how calls are made. Every duration is in milliseconds. */
export interface BillonceOptions extends FetchOptions {
  /** the address of the server, such as `https://billing.example.com`; a path in it is kept */
  readonly url: string | URL;
  /** the API key; a function is called before each call, so that a key can be rotated while the program runs */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /** for the admin key: the tenant in whose name it acts */
  readonly tenant?: string | undefined;
}

/** Options, checked. */
export interface BillonceSettings {
  /** without a slash at its end */
  readonly baseUrl: string;
  readonly apiKey: BillonceOptions['apiKey'];
  readonly tenant: string | undefined;
  readonly idempotentFetch: IdempotentFetch;
  readonly clock: FetchClock;
  readonly random: RandomSource;
}

/** An answer with 10,000 items has some megabytes, and is read to its end before the call ends. */
const answerBytesMax = 64 * 1024 ** 2;

/**
 * Checks the options.
 *
 * @throws {BillonceError} `invalid_options`
 * @throws {IdempotentFetchError} `invalid_options`
 */
export function checkOptions(options: BillonceOptions): BillonceSettings {
  const { url, apiKey, tenant, ...fetchOptions } = options;
  return {
    baseUrl: checkUrl(url),
    apiKey,
    tenant,
    idempotentFetch: createIdempotentFetch({ ...fetchOptions, answerBytesMax }),
    clock: options.clock ?? systemFetchClock,
    random: options.random ?? systemRandomSource,
  };
}

function checkUrl(url: string | URL): string {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new BillonceError('invalid_options', 'url must be an address such as https://billing.example.com');
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw new BillonceError('invalid_options', 'url must have no user, no query and no fragment');
  }
  let base = `${parsed.origin}${parsed.pathname}`;
  while (base.endsWith('/')) base = base.slice(0, -1);
  return base;
}
