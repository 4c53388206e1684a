import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainBooks, exampleOf } from '../../test/harness/domain-books.ts';
import { policyDefault } from './billing.ts';
import { amountOfStroop } from './money.ts';
import { inStroops, newService } from './service.ts';

const nothing = undefined;
const key = exampleOf<'create_api_key'>({
  kind: 'create_api_key',
  key: 'the key',
  digest: 'd',
  prefix: 'apk_1',
  hasChecksum: true,
  tenant: 'owner',
  label: 'l',
  expiresAtMs: nothing,
  rights: { scopes: nothing, agent: nothing, serviceId: nothing, allowedAddresses: nothing },
});
const service = exampleOf<'put_service'>({
  kind: 'put_service',
  serviceId: 's',
  stated: inStroops(7n),
  metadata: nothing,
});
const limit = exampleOf<'set_limit'>({
  kind: 'set_limit',
  name: 'budget',
  agent: nothing,
  serviceId: nothing,
  apiKeyPrefix: nothing,
  asset: nothing,
  window: 'day',
  max: 9_000_000n,
  action: 'refuse',
  notifyAt: [],
});
const webhook = exampleOf<'change_webhook'>({
  kind: 'change_webhook',
  webhookId: 'id-1-0',
  url: nothing,
  events: nothing,
  disabled: nothing,
  challenge: nothing,
});
const use = (serviceId = 's') =>
  ({
    kind: 'record_usage',
    item: { agent: 'a', serviceId, requests: 3, usageId: nothing, occurredAtNs: nothing },
  }) as const;
const settle = (serviceId = 's') =>
  ({
    kind: 'settle',
    agent: 'a',
    serviceId,
    through: nothing,
    expectedStroops: nothing,
    expectedMarks: nothing,
  }) as const;
const writeOff = (serviceId = 's') =>
  ({
    kind: 'write_off_credit',
    agent: 'a',
    serviceId,
    writeOffKind: 'paid_out',
    reason: 'r',
    expectedStroops: nothing,
  }) as const;
const grant = exampleOf<'create_grant'>({
  kind: 'create_grant',
  agent: 'a',
  asset: 'XLM',
  amount: 5n * amountOfStroop,
  priority: 1,
  expiresAtMs: nothing,
  note: 'n',
  grantId: 'g',
});
const policy = (members: Partial<typeof policyDefault> | undefined) =>
  ({
    kind: 'set_billing',
    agent: 'a',
    policy: members && { ...policyDefault, ...members },
  }) as const;

test('the acts of API keys belong to the tenant of the key, and say what it may do', () => {
  const books = new DomainBooks();
  const act = { tenant: 'owner', subject: 'apk_1' };
  const rights = {
    scopes: ['read', 'record', 'settle', 'manage'],
    agent: null,
    serviceId: null,
    allowedAddresses: null,
  };
  const made = { label: 'l', expiresAt: null, ...rights };
  assert.deepEqual(books.acts(key()), [{ ...act, type: 'api_key.created', details: made }]);
  const narrow = { scopes: ['read'], agent: 'a', serviceId: 's', allowedAddresses: ['::1'] } as const;
  const expiresAtMs = books.nowMs + 9;
  assert.deepEqual(books.acts(key({ prefix: 'apk_2', rights: narrow, expiresAtMs })), [
    {
      tenant: 'owner',
      type: 'api_key.created',
      subject: 'apk_2',
      details: { label: 'l', expiresAt: expiresAtMs, ...narrow },
    },
  ]);
  const rotated = books.acts({
    kind: 'rotate_api_key',
    prefix: 'apk_1',
    graceMs: 5,
    followedWithinMs: 0,
    made: { key: 'k', digest: 'd', prefix: 'apk_3', hasChecksum: true },
  });
  assert.deepEqual(rotated, [
    { ...act, type: 'api_key.expires', details: { label: 'l', expiresAt: books.nowMs + 5 } },
    { ...act, subject: 'apk_3', type: 'api_key.created', details: made },
  ]);
  assert.deepEqual(books.acts({ kind: 'revoke_api_key', prefix: 'apk_1' }), [
    { ...act, type: 'api_key.revoked', details: { label: 'l' } },
  ]);
});

test('the acts of a service say what changed, as it was and as it is', () => {
  const books = new DomainBooks();
  const act = { tenant: 't', subject: 's' };
  const shown = {
    priceStroops: 7,
    price: '0.0000007',
    per: 1,
    asset: 'XLM',
    disabled: false,
    description: null,
    owner: null,
    unit: null,
  };
  assert.deepEqual(books.acts(service()), [{ ...act, type: 'service.registered', details: shown }]);
  assert.deepEqual(books.acts(service()), []);
  const changed = service({ stated: { price: 9n, per: 1_000 }, unitScale: 2, metadata: { owner: 'o' } });
  assert.deepEqual(books.acts(changed), [
    {
      ...act,
      type: 'service.changed',
      details: {
        priceStroops: { from: 7, to: null },
        price: { from: '0.0000007', to: '0.000000009' },
        per: { from: 1, to: 1_000 },
        unitScale: { from: null, to: 2 },
        owner: { from: null, to: 'o' },
      },
    },
  ]);
  const deleted = [{ ...act, type: 'service.deleted', details: {} }];
  assert.deepEqual(books.acts({ kind: 'delete_service', serviceId: 's' }), deleted);
  assert.equal(books.acts(service())[0]?.type, 'service.registered');
});

test('the act of a service with tiers and a next price shows both', () => {
  const books = new DomainBooks();
  const tiers = {
    period: 'day',
    tiers: [
      { upTo: 10, price: 7_000_000n, package: nothing },
      { upTo: nothing, price: 3_000_000n, package: 5 },
    ],
  } as const;
  books.done(service());
  const effectiveFromMs = books.nowMs + 60_000;
  const [act] = books.acts(service({ stated: { price: 0n, per: 1_000, tiers }, effectiveFromMs }));
  const inTiers = {
    tiers: [
      { upTo: 10, price: '0.007' },
      { price: '0.000003', package: 5 },
    ],
    period: 'day',
  };
  assert.deepEqual(act?.details, {
    nextPrice: {
      from: null,
      to: {
        price: '0.007',
        per: 1_000,
        asset: 'XLM',
        ...inTiers,
        effectiveFrom: new Date(effectiveFromMs).toISOString(),
      },
    },
  });
});

test('the acts of a limit have one line for each name', () => {
  const books = new DomainBooks();
  const act = { tenant: 't', subject: 'budget' };
  const shown = {
    agent: null,
    serviceId: null,
    apiKeyPrefix: null,
    window: 'day',
    max: '9',
    action: 'refuse',
    notifyAt: [],
  };
  assert.deepEqual(books.acts(limit()), [{ ...act, type: 'limit.set', details: shown }]);
  assert.deepEqual(books.acts(limit()), []);
  const narrow = { agent: 'a', serviceId: 's', apiKeyPrefix: 'apk_1', asset: 'XLM', notifyAt: [500] };
  assert.deepEqual(books.acts(limit({ ...narrow, max: 10n ** 18n })), [
    {
      ...act,
      type: 'limit.set',
      details: {
        agent: { from: null, to: 'a' },
        serviceId: { from: null, to: 's' },
        apiKeyPrefix: { from: null, to: 'apk_1' },
        asset: { from: null, to: 'XLM' },
        max: { from: '9', to: '1' },
        notifyAt: { from: [], to: [0.5] },
      },
    },
  ]);
  const remove = { kind: 'delete_limit', name: 'budget' } as const;
  assert.deepEqual(books.acts(remove), [{ ...act, type: 'limit.deleted', details: {} }]);
});

test('the acts of a webhook show its origin, and that a path or a secret changed but not which', () => {
  const books = new DomainBooks();
  const created = books.acts({
    kind: 'create_webhook',
    url: 'https://a.example/path?secret',
    events: ['*'],
    secret: 's',
    keptSecret: 'kept',
    challenge: nothing,
  });
  const act = { tenant: 't', subject: 'id-1-0' };
  const origin = 'https://a.example';
  assert.deepEqual(created, [{ ...act, type: 'webhook.created', details: { origin, events: ['*'] } }]);
  const changed = (details: object) => [{ ...act, type: 'webhook.changed', details }];
  assert.deepEqual(books.acts(webhook()), []);
  const url = 'https://a.example/other';
  assert.deepEqual(books.acts(webhook({ url })), changed({ urlChanged: true }));
  assert.deepEqual(
    books.acts(webhook({ url: 'https://b.example/other', disabled: true })),
    changed({
      urlChanged: true,
      origin: { from: origin, to: 'https://b.example' },
      disabled: { from: null, to: 'by_request' },
    }),
  );
  const rotate = {
    kind: 'rotate_webhook_secret',
    webhookId: 'id-1-0',
    secret: 'n',
    keptSecret: 'kept n',
    graceMs: 0,
  } as const;
  assert.deepEqual(books.acts(rotate), changed({ secretChanged: true }));
  assert.deepEqual(books.acts({ kind: 'delete_webhook', webhookId: 'id-1-0' }), [
    { ...act, type: 'webhook.deleted', details: { origin: 'https://b.example' } },
  ]);
});

test('a reversal and a write-off are acts, and usage is none', () => {
  const books = new DomainBooks();
  books.hasServices('s');
  const inUsd = { asset: 'USD', assetScale: 2 };
  books.has({ services: [newService('usd', { price: 10n ** 12n, per: 1 }, inUsd)] });
  assert.deepEqual(books.acts(use()), []);
  books.done(settle());
  const at = { agent: 'a', serviceId: 's' };
  const reversed = books.acts({ kind: 'reverse_entry', entryId: 'id-1-0', reason: 'r' });
  const requests = -3;
  assert.deepEqual(reversed, [
    {
      tenant: 't',
      type: 'usage.reversed',
      subject: 'id-3-0',
      details: { ...at, requests, entryId: 'id-1-0' },
    },
  ]);
  const kind = 'paid_out';
  assert.deepEqual(books.acts(writeOff()), [
    { tenant: 't', type: 'credit.written_off', subject: 'id-4-1', details: { ...at, kind, stroops: '21' } },
  ]);
  books.done(use('usd'));
  books.done(settle('usd'));
  books.done({ kind: 'reverse_entry', entryId: 'id-5-0', reason: 'r' });
  const [inOther] = books.acts(writeOff('usd'));
  assert.deepEqual(inOther?.details, { agent: 'a', serviceId: 'usd', kind, asset: 'USD', atoms: '300' });
  books.done(use());
  const [cleared] = books.acts({ kind: 'clear_account', agent: 'a', serviceId: 's' });
  assert.deepEqual(cleared?.details, { ...at, requests, entryId: null });
});

test('the acts of balances say what was granted and taken away, and not what usage draws', () => {
  const books = new DomainBooks();
  books.hasServices('s');
  const made = {
    agent: 'a',
    asset: 'XLM',
    kind: 'grant',
    amount: '0.0000005',
    priority: 1,
    expiresAt: null,
    note: 'n',
    reversalId: null,
  };
  assert.deepEqual(books.acts(grant()), [
    { tenant: 't', type: 'balance.granted', subject: 'g', details: made },
  ]);
  const { amount } = made;
  assert.deepEqual(books.acts({ kind: 'void_grant', agent: 'a', grantId: 'g' }), [
    { tenant: 't', type: 'grant.voided', subject: 'g', details: { agent: 'a', asset: 'XLM', amount } },
  ]);
  books.done(grant({ grantId: 'h', amount: 100n * amountOfStroop }));
  books.done(policy({ mode: 'prepaid' }));
  assert.deepEqual(books.acts(use()), []);
});

test('the act of a policy says what changed, also when it is removed', () => {
  const books = new DomainBooks();
  const act = { tenant: 't', type: 'billing.changed', subject: 'a' };
  assert.deepEqual(books.acts(policy({ mode: 'prepaid', overdraft: amountOfStroop, lowAt: [10n ** 18n] })), [
    {
      ...act,
      details: {
        mode: { from: null, to: 'prepaid' },
        asset: { from: null, to: 'XLM' },
        overdraft: { from: null, to: '0.0000001' },
        lowAt: { from: null, to: ['1'] },
      },
    },
  ]);
  assert.deepEqual(books.acts(policy({ mode: 'prepaid', overdraft: amountOfStroop })), [
    { ...act, details: { lowAt: { from: ['1'], to: [] } } },
  ]);
  const [removed] = books.acts(policy(undefined));
  assert.deepEqual(removed?.details['mode'], { from: 'prepaid', to: null });
});

test('the acts of the operator belong to no tenant', () => {
  const books = new DomainBooks();
  const act = { tenant: '$admin', subject: '' };
  for (const [isPaused, type] of [
    [true, 'server.paused'],
    [false, 'server.unpaused'],
  ] as const) {
    const command = { kind: 'set_paused', isPaused, followedWithinMs: 0 } as const;
    assert.deepEqual(books.acts(command), [{ ...act, type, details: {} }]);
  }
  const change = {
    kind: 'change_settings',
    settings: { bulkItemsMax: 5, requestsPerWindowMax: 6, rateWindowMs: 7 },
    configured: { bulkItemsMax: 1, requestsPerMinuteMax: 1 },
    followedWithinMs: 0,
  } as const;
  assert.deepEqual(books.acts(change), [
    {
      ...act,
      type: 'settings.changed',
      details: {
        bulkMaxItems: { from: null, to: 5 },
        rateLimitPerWindow: { from: null, to: 6 },
        rateLimitWindowMs: { from: null, to: 7 },
      },
    },
  ]);
  assert.deepEqual(books.acts(change), []);
});

test('an asset is registered by an act', () => {
  assert.deepEqual(new DomainBooks().acts({ kind: 'put_asset', asset: { code: 'USD', scale: 2 } }), [
    { tenant: 't', type: 'asset.registered', subject: 'USD', details: { scale: 2 } },
  ]);
});
