import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../stores/memory.ts';
import { checkOptions } from './check-options.ts';
import { InvalidOptionsError } from './invalid-options.ts';
import { keyPlace } from './key-options.ts';
import type { IdempotencyOptions } from './options.ts';

const store = memoryStore();
const within = Object.assign(Object.create(store), { within: () => undefined });
const secret = new Uint8Array(32);

/** Options as JavaScript passes them, not checked by a compiler. */
function settingsOf(options: Readonly<Record<string, unknown>>) {
  return checkOptions({ store, ...options } as unknown as IdempotencyOptions);
}

/** The error that options throw. */
function errorOf(options: unknown): InvalidOptionsError {
  try {
    checkOptions(options as IdempotencyOptions);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error;
    throw error;
  }
  throw new Error('the options are valid');
}

const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
  [{ leaseMS: 1 }, 'there is no option leaseMS'],
  [{ store: undefined }, 'store must be a store: it has no claim, renew, complete, release, inspect'],
  [{ store: Object.assign(Object.create(store), { renew: 1 }) }, 'store must be a store: it has no renew'],
  [
    { mode: 'atomic' },
    'mode must be leased: this store has no within(), and so no atomic mode; those of SQLite, PostgreSQL and MySQL have',
  ],
  [{ profile: 'strict' }, 'profile must be default or ietf or stripe or acp or ucp or adcp'],
  [{ mode: 'other' }, 'mode must be leased or atomic'],
  [{ requireKey: 1 }, 'requireKey must be true or false'],
  [{ keySpelling: 'other' }, 'keySpelling must be any or structured'],
  [{ onAbandoned: 'other' }, 'onAbandoned must be refuse or rerun'],
  [{ onServerError: 'other' }, 'onServerError must be free or keep or unknown'],
  [{ onClientError: 'other' }, 'onClientError must be free or keep'],
  [{ echoKey: 1 }, 'echoKey must be true or false'],
  [{ keysPer: 'other' }, 'keysPer must be caller or endpoint'],
  [{ onStoreError: 'other' }, 'onStoreError must be refuse or proceed'],
  [{ shouldStore: true }, 'shouldStore must be a function'],
  [{ observer: {} }, 'observer must be a function'],
  [{ newRequestId: 'id' }, 'newRequestId must be a function'],
  [{ renderRefusal: 'text' }, 'renderRefusal must be a function'],
  ...['a', [''], [7], [[]], [['a', '']], [['a', 7]]].map(
    (ignoreMembers) =>
      [{ ignoreMembers }, 'ignoreMembers must be a list of names of members, or of lists of names'] as const,
  ),
  ...['a', [''], [7], ['a b'], [' a'], ['a\n']].map(
    (compareHeaders) => [{ compareHeaders }, 'compareHeaders must be a list of header names'] as const,
  ),
  ...['a', /a/g, /a/y].map(
    (keyPattern) =>
      [{ keyPattern }, 'keyPattern must be a regular expression without the flags g and y'] as const,
  ),
  [{ documentationUrl: 'http://' }, 'documentationUrl must be a URL'],
  ...['POST', [7], ['PO ST'], [''], ['1'], ['POST '], [' POST']].map(
    (methods) => [{ methods }, 'methods must be a list of HTTP methods'] as const,
  ),
  ...['a', [7], ['a*b'], ['a**'], ['*a']].map(
    (keepHeaders) =>
      [{ keepHeaders }, 'keepHeaders must be a list of header names; a name may end with *'] as const,
  ),
  [
    { keepHeaders: ['X-Mine', 'Set-Cookie', 'Date'] },
    'keepHeaders must not name set-cookie, date: made again for each answer',
  ],
  [{ encryption: [] }, 'encryption must be a list of at least one key'],
  [{ encryption: 'key' }, 'encryption must be a list of at least one key'],
  ...['', 'a b', 'a'.repeat(33), 'é', 7].map(
    (id) =>
      [
        { encryption: [{ id, secret }] },
        'encryption[0].id must be 1 to 32 visible ASCII characters',
      ] as const,
  ),
  ...[new Uint8Array(31), 'a'.repeat(32)].map(
    (short) =>
      [{ encryption: [{ id: 'a', secret: short }] }, 'encryption[0].secret must be 32 bytes'] as const,
  ),
  [
    {
      encryption: [
        { id: 'a', secret },
        { id: 'a', secret },
      ],
    },
    'encryption names the same key twice',
  ],
  [{ leaseMs: 99 }, 'leaseMs must be a whole number from 100 to 86400000'],
  [{ leaseMs: 100.5 }, 'leaseMs must be a whole number from 100 to 86400000'],
  [{ leaseMs: '100' }, 'leaseMs must be a whole number from 100 to 86400000'],
  [{ leaseMs: 86_400_001 }, 'leaseMs must be a whole number from 100 to 86400000'],
  [{ answerTtlMs: 2, retentionMs: 1 }, 'retentionMs must not be shorter than answerTtlMs'],
  [{ keyLengthMin: 9, keyLengthMax: 8 }, 'keyLengthMin must not be greater than keyLengthMax'],
  [
    { store: within, mode: 'atomic', onAbandoned: 'rerun' },
    'onAbandoned is not for the atomic mode, in which an operation that was not completed did not happen',
  ],
  [
    { store: within, mode: 'atomic', onServerError: 'free' },
    'onServerError is not for the atomic mode, in which an operation that was not completed did not happen',
  ],
  [
    { store: within, mode: 'atomic', onClientError: 'free' },
    'onClientError is not for the atomic mode, in which an error did not happen',
  ],
];

test('each wrong option is refused with a sentence that names it', () => {
  for (const [options, fault] of wrong) {
    const error = errorOf({ store, ...options });
    assert.deepEqual(error.faults, [fault]);
    assert.equal(error.message, `the options of @billonce/idempotency are not valid: ${fault}`);
  }
});

test('all mistakes are in one error', () => {
  const error = errorOf({ store, waitMs: -1, echoKey: 1 });
  assert.deepEqual([error.code, error.name], ['invalid_options', 'InvalidOptionsError']);
  const faults = ['echoKey must be true or false', 'waitMs must be a whole number from 0 to 3600000'];
  assert.deepEqual(error.faults, faults);
  assert.equal(error.message, `the options of @billonce/idempotency are not valid: ${faults.join('; ')}`);
  for (const given of [undefined, null, 'options']) {
    assert.deepEqual(errorOf(given).faults, ['options must be an object']);
  }
});

test('options at their bounds, and options of an adapter, are accepted', () => {
  const settings = settingsOf({
    leaseMs: 100,
    retentionMs: 5,
    answerTtlMs: 5,
    keyLengthMin: 8,
    keyLengthMax: 8,
    ignoreMembers: ['a', ['b', 'c']],
    keyPattern: /a/i,
    documentationUrl: '/docs',
    methods: ['M-SEARCH', 'post'],
    encryption: [
      { id: 'a', secret },
      { id: '!'.repeat(32), secret },
    ],
    compareHeaders: ['X-Mine'],
    onAbandoned: () => 'refuse',
  });
  assert.deepEqual([...settings.methods], ['M-SEARCH', 'POST']);
  assert.deepEqual(settings.compareHeaders, ['x-mine']);
  assert.equal(typeof settings.onAbandoned, 'function');
  assert.ok(settings.cipher !== undefined);
  const given = { store, tenantOf: () => 'a' } as unknown as IdempotencyOptions;
  assert.equal(checkOptions(given, ['tenantOf']).mode, 'leased');
  assert.throws(() => checkOptions({ store }, [], ['the adapter has a fault']), /the adapter has a fault/);
});

test('options that are not given have the defaults that the README names', () => {
  const settings = settingsOf({ mode: undefined });
  const { mode, requireKey, keySpelling, onAbandoned, echoKey, keysPer, onStoreError } = settings;
  assert.deepEqual(
    { mode, requireKey, keySpelling, onAbandoned, echoKey, keysPer, onStoreError },
    {
      mode: 'leased',
      requireKey: false,
      keySpelling: 'any',
      onAbandoned: 'refuse',
      echoKey: false,
      keysPer: 'caller',
      onStoreError: 'refuse',
    },
  );
  assert.deepEqual([...settings.methods], ['POST', 'PUT', 'PATCH', 'DELETE']);
  assert.deepEqual([settings.ignoreMembers, settings.compareHeaders], [[], []]);
  assert.equal(settings.cipher, undefined);
  assert.deepEqual(settings.keyPlace, keyPlace(undefined));
  assert.match(settings.newRequestId(), /^[0-9a-f-]{36}$/);
  assert.notEqual(settings.newRequestId(), settings.newRequestId());
  const stored = [200, 404, 422, 499].filter((status) => settings.shouldStore({ status } as never));
  assert.deepEqual(stored, [200, 404, 422, 499]);
  for (const status of [401, 402, 403, 408, 413, 415, 421, 425, 429, 500, 503]) {
    assert.equal(settings.shouldStore({ status } as never), false, String(status));
  }
});

test('options that are given replace the defaults, also those of a profile', () => {
  const given = {
    mode: 'leased',
    requireKey: true,
    keySpelling: 'structured',
    onAbandoned: 'rerun',
    echoKey: true,
    keysPer: 'endpoint',
    onStoreError: 'proceed',
    newRequestId: () => 'id',
    shouldStore: () => true,
    ignoreMembers: ['a'],
  };
  const settings = settingsOf(given);
  for (const [name, value] of Object.entries(given)) {
    assert.equal(settings[name as keyof typeof settings], value, name);
  }
  assert.equal(settingsOf({ store: within, mode: 'atomic' }).onAbandoned, 'rerun');
  const ofProfile = settingsOf({ profile: 'acp', echoKey: undefined, keysPer: 'caller' });
  assert.deepEqual(
    [ofProfile.requireKey, ofProfile.echoKey, ofProfile.keysPer, [...ofProfile.methods]],
    [true, true, 'caller', ['POST']],
  );
  assert.equal(settingsOf({ profile: 'stripe' }).requireKey, false);
});

test('an answer keeps its representation headers and those that are named, but none of the exchange', () => {
  const { isKeptHeader } = settingsOf({ keepHeaders: ['X-Mine', 'x-many-*', 'c*'] });
  const kept = ['content-type', 'x-mine', 'x-many-', 'x-many-more', 'custom'];
  assert.deepEqual(kept.filter(isKeptHeader), kept);
  const others = ['x-mines', 'x-many', 'other', 'connection', 'content-length', 'content-encoding'];
  assert.deepEqual(others.filter(isKeptHeader), []);
  assert.equal(settingsOf({}).isKeptHeader('x-mine'), false);
  const all = settingsOf({ keepHeaders: ['*'] }).isKeptHeader;
  for (const name of [
    'set-cookie',
    'date',
    'age',
    'server',
    'via',
    'keep-alive',
    'proxy-authenticate',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'x-request-id',
    'x-correlation-id',
    'request-id',
    'traceparent',
    'tracestate',
    'idempotency-replayed',
    'idempotent-replayed',
  ]) {
    assert.equal(all(name), false, name);
  }
});
