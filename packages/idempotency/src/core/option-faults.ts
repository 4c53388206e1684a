import type { EncryptionKey } from './answer-cipher.ts';
import { type IsKept, representationHeaders } from './kept-response.ts';
import { numberNames } from './option-numbers.ts';
import type { IdempotencyOptions } from './options.ts';
import { profiles } from './profile.ts';

/** Every existing option. An unknown one is a mistake, most likely a misspelling. */
const optionNames: ReadonlySet<string> = new Set<string>([
  ...numberNames,
  'store',
  'profile',
  'mode',
  'requireKey',
  'keySpelling',
  'keyPattern',
  'methods',
  'onAbandoned',
  'onServerError',
  'onClientError',
  'echoKey',
  'keysPer',
  'ignoreMembers',
  'compareHeaders',
  'renderRefusal',
  'onStoreError',
  'keepHeaders',
  'shouldStore',
  'encryption',
  'observer',
  'documentationUrl',
  'clock',
  'newRequestId',
]);

/** Headers that describe one exchange, and so are generated again for each answer. */
const neverKept: ReadonlySet<string> = new Set([
  'set-cookie',
  'date',
  'age',
  'server',
  'via',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'x-request-id',
  'x-correlation-id',
  'request-id',
  'traceparent',
  'tracestate',
  'idempotency-replayed',
  'idempotent-replayed',
]);

const storeVerbs = ['claim', 'renew', 'complete', 'release', 'inspect'] as const;

/** Reports every option that does not exist. */
export function checkNames(
  options: IdempotencyOptions<never>,
  adapterOptions: readonly string[],
  faults: string[],
): void {
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name) && !adapterOptions.includes(name)) faults.push(`there is no option ${name}`);
  }
}

/** Checks that the store has every verb of the port. */
export function checkStore(store: unknown, faults: string[]): void {
  const missing = storeVerbs.filter(
    (verb) => typeof (store as Partial<Record<string, unknown>> | undefined)?.[verb] !== 'function',
  );
  if (missing.length > 0) faults.push(`store must be a store: it has no ${missing.join(', ')}`);
}

/**
 * Checks that a store can complete an operation inside the caller's transaction; otherwise each retry would be executed
 * again.
 */
export function checkAtomicStore(store: unknown, faults: string[]): void {
  if (typeof (store as { readonly within?: unknown } | undefined)?.within === 'function') return;
  faults.push(
    'mode must be leased: this store has no within(), and so no atomic mode; those of SQLite, PostgreSQL and MySQL have',
  );
}

/** Checks the options that are words, functions or lists. */
export function checkWords(options: IdempotencyOptions<never>, faults: string[]): void {
  const oneOf = (name: keyof IdempotencyOptions, words: readonly unknown[]) => {
    const value = options[name];
    if (value !== undefined && !words.includes(value)) faults.push(`${name} must be ${words.join(' or ')}`);
  };
  oneOf('profile', Object.keys(profiles));
  oneOf('mode', ['leased', 'atomic']);
  oneOf('requireKey', [true, false]);
  oneOf('keySpelling', ['any', 'structured']);
  if (typeof options.onAbandoned !== 'function') oneOf('onAbandoned', ['refuse', 'rerun']);
  oneOf('onServerError', ['free', 'keep', 'unknown']);
  oneOf('onClientError', ['free', 'keep']);
  oneOf('echoKey', [true, false]);
  oneOf('keysPer', ['caller', 'endpoint']);
  oneOf('onStoreError', ['refuse', 'proceed']);
  for (const name of ['shouldStore', 'observer', 'newRequestId', 'renderRefusal'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      faults.push(`${name} must be a function`);
  }
  const ignored: unknown = options.ignoreMembers ?? [];
  if (!Array.isArray(ignored) || !ignored.every(isMemberPath)) {
    faults.push('ignoreMembers must be a list of names of members, or of lists of names');
  }
  const compared: unknown = options.compareHeaders ?? [];
  if (!Array.isArray(compared) || !compared.every(isHeaderName)) {
    faults.push('compareHeaders must be a list of header names');
  }
  const pattern: unknown = options.keyPattern;
  if (pattern !== undefined && !(pattern instanceof RegExp && !pattern.global && !pattern.sticky)) {
    faults.push('keyPattern must be a regular expression without the flags g and y');
  }
  if (options.documentationUrl !== undefined && !URL.canParse(options.documentationUrl, 'http://localhost')) {
    faults.push('documentationUrl must be a URL');
  }
  const methods: readonly unknown[] = options.methods ?? [];
  if (
    !Array.isArray(methods) ||
    methods.some((name) => typeof name !== 'string' || !/^[A-Za-z-]+$/.test(name))
  ) {
    faults.push('methods must be a list of HTTP methods');
  }
}

function isHeaderName(name: unknown): boolean {
  return typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

function isMemberPath(path: unknown): boolean {
  const names: readonly unknown[] = Array.isArray(path) ? path : [path];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
}

/**
 * Which headers are kept. A name may end with `*`: this matches all headers with that prefix, except those that are
 * never kept.
 */
export function checkKeptHeaders(names: readonly string[] | undefined, faults: string[]): IsKept {
  if (
    names !== undefined &&
    (!Array.isArray(names) || names.some((name) => typeof name !== 'string' || !/^[^*]*\*?$/.test(name)))
  ) {
    faults.push('keepHeaders must be a list of header names; a name may end with *');
    return () => false;
  }
  const lower = (names ?? []).map((name) => String(name).toLowerCase());
  const exact: ReadonlySet<string> = new Set([...representationHeaders, ...lower]);
  const beginnings = lower.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const refused = lower.filter((name) => neverKept.has(name));
  if (refused.length > 0)
    faults.push(`keepHeaders must not name ${refused.join(', ')}: made again for each answer`);
  return (name) =>
    exact.has(name) || (beginnings.some((start) => name.startsWith(start)) && !neverKept.has(name));
}

/** Checks the keys for stored answers. */
export function checkEncryption(keys: readonly EncryptionKey[] | undefined, faults: string[]): void {
  if (keys === undefined) return;
  if (!Array.isArray(keys) || keys.length === 0) {
    faults.push('encryption must be a list of at least one key');
    return;
  }
  for (const [at, key] of keys.entries()) {
    if (typeof key?.id !== 'string' || !/^[\x21-\x7e]{1,32}$/.test(key.id)) {
      faults.push(`encryption[${at}].id must be 1 to 32 visible ASCII characters`);
    }
    if (!(key?.secret instanceof Uint8Array) || key.secret.length !== 32) {
      faults.push(`encryption[${at}].secret must be 32 bytes`);
    }
  }
  if (new Set(keys.map((key) => key?.id)).size < keys.length)
    faults.push('encryption names the same key twice');
}
