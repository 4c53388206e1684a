import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiKey } from '../domain/api-key.ts';
import { inXlm } from '../domain/asset.ts';
import type { OwnedGrant } from '../domain/balance.ts';
import { policyDefault } from '../domain/billing.ts';
import type { Fact } from '../domain/command.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Hold } from '../domain/hold.ts';
import { amountOfStroop, priceOfStroops } from '../domain/money.ts';
import type { Quote } from '../domain/quote.ts';
import { inStroops } from '../domain/service.ts';
import type { Entry } from '../domain/usage.ts';
import type { Webhook } from '../domain/webhook.ts';
import { answerOf } from './answers.ts';
import { keptResponse } from './reply.ts';

const agent = 'agent-7';
const serviceId = 'a b';
const entryId = '019a7f6e-3a60-7c3e-9b1d-0123456789ab';
const message = 'm';
const stated = inStroops(250n);
const followedWithinMs = 2_000;
const metadata = { description: 'd', owner: 'o' };

const quote: Quote = {
  agent,
  serviceId,
  from: 0,
  through: 4,
  requests: 6,
  lines: [{ priceVersion: 1, requests: 6, price: priceOfStroops(7n), amount: 42n * amountOfStroop }],
  unitScale: 0,
  ...inXlm,
  carriedStroops: -2n,
  remainder: 0n,
  paid: 0n,
  billedStroops: 40n,
  carriedOnStroops: 0n,
  remainderOn: 0n,
  price: stated.price,
};
const entry: Entry = {
  id: entryId,
  agent,
  serviceId,
  sequence: 3,
  requests: -6,
  priceVersion: 1,
  lineRequests: 6,
  unitScale: 0,
  usageId: undefined,
  occurredAtNs: undefined,
  recordedAtMs: 0,
};
const reversal = {
  entryId: undefined,
  from: 0,
  through: 2,
  reason: undefined,
  lines: [{ priceVersion: 0, requests: 6, lineReversed: 6 }],
};
const made: ApiKey = {
  scopes: undefined,
  agent,
  serviceId: undefined,
  allowedAddresses: undefined,
  digest: 'digest',
  prefix: 'apk_0f3a9b2c',
  tenant: 'acme',
  label: 'l',
  createdAtMs: 1,
  revokedAtMs: undefined,
  expiresAtMs: undefined,
  lastUsedAtMs: undefined,
  hasChecksum: true,
};
const webhook: Webhook = {
  id: 'webhook-1',
  url: 'https://a.example/',
  events: ['*'],
  keptSecret: 'kept',
  formerSecret: undefined,
  createdAtMs: 1,
  disabled: undefined,
  disabledAtMs: undefined,
  failures: 0,
  failingSinceMs: undefined,
  ownership: 'pending',
  redeliveriesUntilMs: 0,
  testedAtMs: 0,
  deleted: false,
};
const delivery: Delivery = {
  webhookId: 'webhook-1',
  eventId: entryId,
  eventType: 'usage.settled',
  state: 'pending',
  attempts: 1,
  nextAttemptAtMs: 5,
  lastAttempt: { atMs: 2, outcome: 'timed_out', status: undefined },
};
const account = { agent, serviceId, total: 3, entryId };
const secret = 'whsec';

const xlm = 10n ** 18n;
const owned: OwnedGrant = {
  agent,
  asset: 'XLM',
  grant: {
    id: 'grant 1',
    number: 2,
    kind: 'grant',
    amount: 6n * xlm,
    priority: 100,
    expiresAtMs: 9,
    note: 'n',
    reversalId: undefined,
    grantedAtMs: 1,
    drawn: xlm,
    held: 0n,
    voided: 0n,
    expired: 0n,
  },
};
const grantText =
  '"id":"grant 1","agent":"agent-7","asset":"XLM","number":2,"kind":"grant","amount":"6","priority":100,"expiresAt":"1970-01-01T00:00:00.009Z","note":"n","reversalId":null,"grantedAt":"1970-01-01T00:00:00.001Z","left":"5","held":"0","drawn":"1","voided":"0","expired":"0"';
const hold: Hold = {
  id: 'hold 1',
  place: entryId,
  agent,
  serviceId,
  asset: 'XLM',
  amount: 2n * xlm,
  requests: 4,
  unitScale: 0,
  isPrepaid: true,
  parts: [{ grant: 2, amount: 2n * xlm }],
  counted: undefined,
  createdAtMs: 1,
  expiresAtMs: 9,
  state: 'open',
  endedAtMs: undefined,
  wasLapsed: false,
  entryId: undefined,
  captured: undefined,
};
const holdText = (state: string, by: string | null) =>
  `"id":"hold 1","agent":"agent-7","serviceId":"a b","asset":"XLM","amount":"2","requests":4,"state":"${state}","createdAt":"1970-01-01T00:00:00.001Z","expiresAt":"1970-01-01T00:00:00.009Z","endedAt":${by === null ? 'null' : '"1970-01-01T00:00:00.002Z"'},"lapsed":false,"entryId":${JSON.stringify(by)},"captured":${by === null ? 'null' : '"1"'}`;

type Example<K> = readonly [
  fact: Extract<Fact, { readonly kind: K }>,
  status: number,
  location: string,
  body: string,
];

/** A fact of each kind, with its answer as the records of all earlier versions contain it. */
const examples: { readonly [K in Fact['kind']]: Example<K> } = {
  usage_recorded: [
    { kind: 'usage_recorded', ...account, unitScale: 0 },
    201,
    '/api/v1/entries/019a7f6e-3a60-7c3e-9b1d-0123456789ab',
    '{"agent":"agent-7","serviceId":"a b","total":3}',
  ],
  usage_known: [
    { kind: 'usage_known', ...account, unitScale: 0 },
    200,
    '/api/v1/entries/019a7f6e-3a60-7c3e-9b1d-0123456789ab',
    '{"agent":"agent-7","serviceId":"a b","total":3,"status":"duplicate"}',
  ],
  usage_bulk_recorded: [
    {
      kind: 'usage_bulk_recorded',
      results: [
        { kind: 'recorded', total: 3, unitScale: 0 },
        { kind: 'duplicate', total: 3, unitScale: 0 },
        { kind: 'refused', code: 'limit_exceeded', message },
        { kind: 'invalid', message },
      ],
    },
    201,
    '',
    '{"results":[{"index":0,"ok":true,"total":3,"status":"recorded"},{"index":1,"ok":true,"total":3,"status":"duplicate"},{"index":2,"ok":false,"error":"limit_exceeded","message":"m"},{"index":3,"ok":false,"error":"invalid_item","message":"m"}]}',
  ],
  entry_reversed: [
    { kind: 'entry_reversed', entry: { ...entry, reversal } },
    201,
    '/api/v1/entries/019a7f6e-3a60-7c3e-9b1d-0123456789ab',
    '{"id":"019a7f6e-3a60-7c3e-9b1d-0123456789ab","agent":"agent-7","serviceId":"a b","sequence":3,"requests":-6,"priceVersion":null,"usageId":null,"occurredAt":null,"recordedAt":"1970-01-01T00:00:00.000Z","reverses":{"entryId":null,"from":0,"through":2,"reason":null,"lines":[{"priceVersion":null,"requests":6}]}}',
  ],
  account_cleared: [
    { kind: 'account_cleared', agent, serviceId, clearedRequests: 6, entryId: undefined },
    200,
    '',
    '{"agent":"agent-7","serviceId":"a b","clearedTotal":6}',
  ],
  settled: [
    { kind: 'settled', bill: { quote, settlementId: entryId } },
    200,
    '/api/v1/settlements/019a7f6e-3a60-7c3e-9b1d-0123456789ab',
    '{"agent":"agent-7","serviceId":"a b","requests":6,"priceStroops":250,"price":"0.000025","billedStroops":"40","amount":"0.0000040","asset":"XLM","carriedStroops":"-2","remainder":"0","remainderOn":"0","settlementId":"019a7f6e-3a60-7c3e-9b1d-0123456789ab","lines":[{"priceVersion":1,"requests":6,"priceStroops":7,"price":"0.0000007","amountStroops":"42","amount":"0.0000042"}]}',
  ],
  agent_settled: [
    {
      kind: 'agent_settled',
      agent,
      bills: [{ quote, settlementId: entryId }],
      billedStroops: 40n,
      otherAssets: [],
      unpriced: [{ serviceId: 's', requests: 1 }],
    },
    200,
    '',
    '{"agent":"agent-7","items":[{"serviceId":"a b","requests":6,"priceStroops":250,"price":"0.000025","billedStroops":"40","amount":"0.0000040","asset":"XLM","carriedStroops":"-2","remainder":"0","remainderOn":"0","settlementId":"019a7f6e-3a60-7c3e-9b1d-0123456789ab","lines":[{"priceVersion":1,"requests":6,"priceStroops":7,"price":"0.0000007","amountStroops":"42","amount":"0.0000042"}]}],"totalBilledStroops":"40","skipped":[{"serviceId":"s","requests":1,"reason":"unpriced"}]}',
  ],
  credit_written_off: [
    {
      kind: 'credit_written_off',
      entry: { ...entry, requests: 0, writeOff: { kind: 'paid_out', stroops: 5n, reason: 'r' } },
    },
    201,
    '/api/v1/entries/019a7f6e-3a60-7c3e-9b1d-0123456789ab',
    '{"id":"019a7f6e-3a60-7c3e-9b1d-0123456789ab","agent":"agent-7","serviceId":"a b","sequence":3,"requests":0,"priceVersion":null,"usageId":null,"occurredAt":null,"recordedAt":"1970-01-01T00:00:00.000Z","writesOff":{"kind":"paid_out","stroops":"5","reason":"r"}}',
  ],
  asset_put: [
    { kind: 'asset_put', asset: { code: 'USD', scale: 2 }, isNew: true },
    201,
    '/api/v1/assets/USD',
    '{"code":"USD","scale":2,"builtIn":false}',
  ],
  service_put: [
    {
      kind: 'service_put',
      serviceId,
      stated,
      asset: 'XLM',
      next: undefined,
      unitScale: 0,
      metadata,
      isNew: true,
    },
    201,
    '/api/v1/services/a%20b',
    '{"serviceId":"a b","priceStroops":250,"price":"0.000025","per":1,"asset":"XLM","description":"d","owner":"o"}',
  ],
  service_bulk_put: [
    {
      kind: 'service_bulk_put',
      results: [
        { kind: 'put', serviceId, stated, asset: 'XLM', next: undefined, isNew: false },
        { kind: 'repeated', serviceId, message },
        { kind: 'refused', code: 'limit_exceeded', message },
        { kind: 'invalid', message },
      ],
    },
    201,
    '',
    '{"results":[{"index":0,"ok":true,"serviceId":"a b","priceStroops":250,"price":"0.000025","per":1,"asset":"XLM","created":false},{"index":1,"ok":false,"serviceId":"a b","error":"duplicate_in_batch","message":"m"},{"index":2,"ok":false,"error":"limit_exceeded","message":"m"},{"index":3,"ok":false,"error":"invalid_item","message":"m"}]}',
  ],
  service_deleted: [{ kind: 'service_deleted' }, 204, '', ''],
  price_set: [
    {
      kind: 'price_set',
      serviceId,
      stated,
      asset: 'XLM',
      next: { ...stated, version: 2, effectiveFromMs: 0 },
    },
    200,
    '/api/v1/services/a%20b',
    '{"serviceId":"a b","priceStroops":250,"price":"0.000025","per":1,"asset":"XLM","nextPrice":{"version":2,"priceStroops":250,"price":"0.000025","per":1,"asset":"XLM","effectiveFrom":"1970-01-01T00:00:00.000Z"}}',
  ],
  next_price_cancelled: [{ kind: 'next_price_cancelled' }, 204, '', ''],
  service_switched: [
    { kind: 'service_switched', serviceId, disabled: true },
    200,
    '',
    '{"serviceId":"a b","disabled":true}',
  ],
  metadata_set: [
    { kind: 'metadata_set', serviceId, metadata },
    200,
    '',
    '{"serviceId":"a b","description":"d","owner":"o"}',
  ],
  pause_set: [
    { kind: 'pause_set', isPaused: true, followedWithinMs },
    200,
    '',
    '{"paused":true,"effectiveWithinMs":2000}',
  ],
  settings_changed: [
    {
      kind: 'settings_changed',
      inForce: { bulkItemsMax: 5, requestsPerWindowMax: 7, rateWindowMs: 5_000 },
      followedWithinMs,
    },
    200,
    '',
    '{"config":{"bulkMaxItems":5,"rateLimitPerMinute":null,"rateLimitPerWindow":7,"rateLimitWindowMs":5000},"effectiveWithinMs":2000}',
  ],
  api_key_created: [
    { kind: 'api_key_created', key: 'k', made },
    201,
    '',
    '{"key":"k","label":"l","prefix":"apk_0f3a9b2c","tenant":"acme","expiresAt":null,"scopes":["read","record","settle","manage"],"agent":"agent-7","serviceId":null,"allowedAddresses":null}',
  ],
  api_key_rotated: [
    {
      kind: 'api_key_rotated',
      key: 'k',
      made,
      oldPrefix: 'apk_00000000',
      oldExpiresAtMs: 9,
      followedWithinMs,
    },
    201,
    '',
    '{"key":"k","label":"l","prefix":"apk_0f3a9b2c","tenant":"acme","expiresAt":null,"scopes":["read","record","settle","manage"],"agent":"agent-7","serviceId":null,"allowedAddresses":null,"oldPrefix":"apk_00000000","oldExpiresAt":"1970-01-01T00:00:00.009Z","effectiveWithinMs":2000}',
  ],
  api_key_revoked: [{ kind: 'api_key_revoked' }, 204, '', ''],
  api_key_uses_noted: [{ kind: 'api_key_uses_noted' }, 204, '', ''],
  limit_set: [
    {
      kind: 'limit_set',
      isNew: true,
      limit: {
        id: 'limit-1',
        name: 'daily-budget',
        agent: '*',
        serviceId: undefined,
        apiKeyPrefix: undefined,
        asset: undefined,
        window: 'day',
        max: 1_500_000n,
        action: 'refuse',
        notifyAt: [800, 1_000],
        createdAtMs: 1,
        deleted: false,
      },
    },
    201,
    '/api/v1/limits/daily-budget',
    '{"name":"daily-budget","agent":"*","serviceId":null,"apiKeyPrefix":null,"window":"day","max":{"quantity":"1.5"},"action":"refuse","notifyAt":[0.8,1],"countsSince":"1970-01-01T00:00:00.001Z"}',
  ],
  limit_deleted: [{ kind: 'limit_deleted' }, 204, '', ''],
  webhook_created: [
    { kind: 'webhook_created', webhook, secret },
    201,
    '/api/v1/webhooks/webhook-1',
    '{"id":"webhook-1","url":"https://a.example/","events":["*"],"disabled":true,"disabledReason":"unproven","disabledAt":null,"ownership":"pending","failures":0,"failingSince":null,"createdAt":1,"createdTimestamp":"1970-01-01T00:00:00.001Z","formerSecretUntil":null,"secret":"whsec"}',
  ],
  webhook_changed: [
    { kind: 'webhook_changed', webhook },
    200,
    '',
    '{"id":"webhook-1","url":"https://a.example/","events":["*"],"disabled":true,"disabledReason":"unproven","disabledAt":null,"ownership":"pending","failures":0,"failingSince":null,"createdAt":1,"createdTimestamp":"1970-01-01T00:00:00.001Z","formerSecretUntil":null}',
  ],
  webhook_deleted: [{ kind: 'webhook_deleted' }, 204, '', ''],
  webhook_secret_rotated: [
    { kind: 'webhook_secret_rotated', webhook, secret },
    200,
    '',
    '{"id":"webhook-1","url":"https://a.example/","events":["*"],"disabled":true,"disabledReason":"unproven","disabledAt":null,"ownership":"pending","failures":0,"failingSince":null,"createdAt":1,"createdTimestamp":"1970-01-01T00:00:00.001Z","formerSecretUntil":null,"secret":"whsec"}',
  ],
  webhook_tested: [
    { kind: 'webhook_tested', delivery },
    200,
    '/api/v1/webhooks/webhook-1/deliveries',
    '{"id":"webhook-1","deliveredAt":null,"simulated":false,"eventId":"019a7f6e-3a60-7c3e-9b1d-0123456789ab","type":"usage.settled","state":"pending","attempts":1,"nextAttemptAt":"1970-01-01T00:00:00.005Z","lastAttempt":{"at":"1970-01-01T00:00:00.002Z","outcome":"timed_out","status":null}}',
  ],
  delivery_asked: [
    { kind: 'delivery_asked', delivery },
    200,
    '',
    '{"eventId":"019a7f6e-3a60-7c3e-9b1d-0123456789ab","type":"usage.settled","state":"pending","attempts":1,"nextAttemptAt":"1970-01-01T00:00:00.005Z","lastAttempt":{"at":"1970-01-01T00:00:00.002Z","outcome":"timed_out","status":null}}',
  ],
  grant_made: [
    { kind: 'grant_made', owned, available: 5n * xlm },
    201,
    '/api/v1/agents/agent-7/grants/grant%201',
    `{${grantText},"available":"5"}`,
  ],
  grant_known: [
    { kind: 'grant_known', owned, available: 0n },
    200,
    '/api/v1/agents/agent-7/grants/grant%201',
    `{${grantText},"available":"0"}`,
  ],
  grant_voided: [
    { kind: 'grant_voided', owned, available: -xlm, amount: xlm },
    200,
    '',
    `{${grantText},"available":"-1","voidedNow":"1"}`,
  ],
  billing_set: [
    { kind: 'billing_set', agent, policy: { ...policyDefault, lowAt: [xlm] }, source: 'none' },
    200,
    '',
    '{"agent":"agent-7","mode":"postpaid","asset":"XLM","overdraft":"0","lowAt":["1"],"source":"none"}',
  ],
  default_billing_set: [
    { kind: 'default_billing_set', policy: { ...policyDefault, mode: 'prepaid', overdraft: xlm } },
    200,
    '',
    '{"mode":"prepaid","asset":"XLM","overdraft":"1","lowAt":[],"source":"tenant"}',
  ],
  time_passed: [{ kind: 'time_passed', agents: 1 }, 204, '', ''],
  hold_made: [
    { kind: 'hold_made', hold, available: xlm },
    201,
    '/api/v1/holds/hold%201',
    `{${holdText('open', null)},"available":"1"}`,
  ],
  hold_known: [
    { kind: 'hold_known', hold, available: xlm },
    200,
    '/api/v1/holds/hold%201',
    `{${holdText('open', null)},"available":"1"}`,
  ],
  hold_captured: [
    {
      kind: 'hold_captured',
      hold: { ...hold, state: 'captured', endedAtMs: 2, entryId, captured: xlm },
      entryId,
      total: 3,
      paid: { drawn: xlm, available: 0n },
    },
    201,
    `/api/v1/entries/${entryId}`,
    `{${holdText('captured', entryId)},"total":3,"drawn":"1","available":"0"}`,
  ],
  capture_known: [
    {
      kind: 'capture_known',
      hold: { ...hold, state: 'captured', endedAtMs: 2, entryId, captured: xlm },
      entryId,
      total: 3,
    },
    200,
    `/api/v1/entries/${entryId}`,
    `{${holdText('captured', entryId)},"total":3,"status":"duplicate"}`,
  ],
  hold_released: [
    { kind: 'hold_released', hold, available: xlm },
    200,
    '',
    `{${holdText('open', null)},"available":"1"}`,
  ],
  hold_extended: [
    { kind: 'hold_extended', hold, available: xlm },
    200,
    '',
    `{${holdText('open', null)},"available":"1"}`,
  ],
  delivery_reported: [{ kind: 'delivery_reported', isSwitchedOff: true }, 204, '', ''],
};

test('every fact is answered with the same bytes as a stored answer', () => {
  for (const [fact, status, location, body] of Object.values(examples)) {
    const response = keptResponse(answerOf(fact));
    const type = body === '' ? [] : [['content-type', 'application/json; charset=utf-8']];
    const headers = [...type, ...(location === '' ? [] : [['location', location]])];
    assert.deepEqual(response, { status, headers, body }, fact.kind);
  }
});
