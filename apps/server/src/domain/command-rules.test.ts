import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './account.ts';
import { accountName } from './account-name.ts';
import { actsOf } from './acts-of.ts';
import type { ApiKey } from './api-key.ts';
import { emptyBalance, type Grant } from './balance.ts';
import { type AgentBilling, policyDefault } from './billing.ts';
import { type Command, rulesOf } from './command.ts';
import { withNextPrice } from './dated-price.ts';
import { decide } from './decide.ts';
import type { Moment } from './decision.ts';
import type { Hold } from './hold.ts';
import type { Limit } from './limit.ts';
import { counterName, emptyCounter } from './limit-counter.ts';
import { LoadedView } from './loaded-view.ts';
import { amountOfStroop, priceOfStroops } from './money.ts';
import { inStroops, newService } from './service.ts';
import type { Entry } from './usage.ts';
import { DraftView } from './view.ts';
import { areLimitsWanted, noWants, type TenantWants, wantOfHold } from './wants.ts';
import type { Webhook } from './webhook.ts';

const nowMs = 1_700_000_000_000;
const moment: Moment = {
  nowMs,
  id: (number) => `id-${number}`,
  gate: undefined,
  bulkItemsMax: 1_000,
  markOf: () => 'mark',
};

const agent = 'a';
const serviceId = 's';
const use = { agent, serviceId, requests: 3, usageId: 'u', occurredAtNs: undefined };
const metadata = { description: 'd', owner: 'o' };
const rights = { scopes: undefined, agent: undefined, serviceId: undefined, allowedAddresses: undefined };
const key = { key: 'k', digest: 'd', hasChecksum: true };
const expectedStroops = undefined;
const followedWithinMs = 0;

/** A command of each kind. It reads everything that its kind can read in the books below. */
const examples: { readonly [K in Command['kind']]: Extract<Command, { readonly kind: K }> } = {
  record_usage: { kind: 'record_usage', item: use },
  record_usage_bulk: {
    kind: 'record_usage_bulk',
    isAtomic: false,
    items: [
      { kind: 'valid', item: use },
      { kind: 'valid', item: { ...use, serviceId: 'unpriced', usageId: 'v' } },
      { kind: 'invalid', message: 'm' },
    ],
  },
  reverse_entry: { kind: 'reverse_entry', entryId: 'entry-1', reason: 'r' },
  clear_account: { kind: 'clear_account', agent, serviceId },
  settle: { kind: 'settle', agent, serviceId, through: 1, expectedStroops, expectedMarks: undefined },
  settle_bulk: { kind: 'settle_bulk', agent },
  put_asset: { kind: 'put_asset', asset: { code: 'USD', scale: 2 } },
  write_off_credit: {
    kind: 'write_off_credit',
    agent,
    serviceId,
    writeOffKind: 'write_off',
    reason: 'r',
    expectedStroops,
  },
  create_grant: {
    kind: 'create_grant',
    agent,
    asset: 'XLM',
    amount: 5n,
    priority: 100,
    expiresAtMs: undefined,
    note: undefined,
    grantId: 'new',
  },
  void_grant: { kind: 'void_grant', agent, grantId: 'grant-1' },
  set_billing: { kind: 'set_billing', agent, policy: { ...policyDefault, mode: 'prepaid', lowAt: [1n] } },
  set_default_billing: { kind: 'set_default_billing', policy: policyDefault },
  pass_time: { kind: 'pass_time', agents: [agent] },
  create_hold: {
    kind: 'create_hold',
    agent,
    serviceId,
    // The price of one request: limits count it as one.
    wanted: { kind: 'amount', amount: 7n * amountOfStroop },
    expiresInMs: 1,
    holdId: 'new',
  },
  capture_hold: {
    kind: 'capture_hold',
    holdId: 'hold-1',
    requests: 1,
    usageId: 'w',
    occurredAtNs: undefined,
  },
  release_hold: { kind: 'release_hold', holdId: 'hold-1' },
  extend_hold: { kind: 'extend_hold', holdId: 'hold-1', expiresInMs: 10 },
  put_service: { kind: 'put_service', serviceId, stated: inStroops(9n), metadata, unitScale: 3 },
  put_service_bulk: {
    kind: 'put_service_bulk',
    items: [
      { kind: 'valid', item: { kind: 'put_service', serviceId, stated: inStroops(9n), metadata } },
      {
        kind: 'valid',
        item: { kind: 'put_service', serviceId: 'new', stated: inStroops(9n), metadata: undefined },
      },
    ],
  },
  delete_service: { kind: 'delete_service', serviceId },
  set_price: { kind: 'set_price', serviceId, stated: inStroops(9n), effectiveFromMs: nowMs + 2 },
  cancel_next_price: { kind: 'cancel_next_price', serviceId },
  set_disabled: { kind: 'set_disabled', serviceId, disabled: true },
  set_metadata: { kind: 'set_metadata', serviceId, metadata },
  set_limit: {
    kind: 'set_limit',
    name: 'budget',
    agent: '*',
    serviceId,
    apiKeyPrefix: undefined,
    asset: undefined,
    window: 'day',
    max: 9_000_000n,
    action: 'refuse',
    notifyAt: [500],
  },
  delete_limit: { kind: 'delete_limit', name: 'budget' },
  set_paused: { kind: 'set_paused', isPaused: true, followedWithinMs },
  change_settings: {
    kind: 'change_settings',
    settings: { bulkItemsMax: 5 },
    configured: { bulkItemsMax: 1, requestsPerMinuteMax: 1 },
    followedWithinMs,
  },
  create_api_key: {
    ...key,
    kind: 'create_api_key',
    prefix: 'new',
    tenant: 't',
    label: 'l',
    expiresAtMs: undefined,
    rights,
  },
  rotate_api_key: {
    kind: 'rotate_api_key',
    prefix: 'old',
    graceMs: 0,
    followedWithinMs,
    made: { ...key, prefix: 'new' },
  },
  revoke_api_key: { kind: 'revoke_api_key', prefix: 'old' },
  note_api_key_uses: { kind: 'note_api_key_uses', uses: [{ prefix: 'old', usedAtMs: 1 }] },
  create_webhook: {
    kind: 'create_webhook',
    url: 'https://a.example/',
    events: ['*'],
    secret: 's',
    keptSecret: 's',
    challenge: 'c',
  },
  change_webhook: {
    kind: 'change_webhook',
    webhookId: 'webhook-1',
    url: 'https://b.example/',
    events: undefined,
    disabled: undefined,
    challenge: 'c',
  },
  delete_webhook: { kind: 'delete_webhook', webhookId: 'webhook-1' },
  rotate_webhook_secret: {
    kind: 'rotate_webhook_secret',
    webhookId: 'webhook-1',
    secret: 's',
    keptSecret: 's',
    graceMs: 0,
  },
  test_webhook: { kind: 'test_webhook', webhookId: 'webhook-1', challenge: 'c' },
  redeliver: { kind: 'redeliver', webhookId: 'webhook-1', eventId: 'event-1' },
  report_delivery: {
    kind: 'report_delivery',
    webhookId: 'webhook-1',
    eventId: 'event-1',
    result: { outcome: 'refused', status: 500, retryAfterMs: undefined, jitter: 0 },
    clearsFailures: false,
    provenUrl: undefined,
  },
};

const commands: readonly Command[] = Object.values(examples);

const entry: Entry = {
  ...use,
  usageId: undefined,
  id: 'entry-1',
  unitScale: 0,
  sequence: 1,
  priceVersion: 1,
  lineRequests: 3,
  recordedAtMs: 0,
};
const line = { priceVersion: 1, price: priceOfStroops(7n), reversedRequests: 0, settledRequests: 0 };
const account = { ...emptyAccount(agent, serviceId), sequence: 2, recordedRequests: 6, paid: 1n };
const apiKey: ApiKey = {
  ...rights,
  digest: 'd',
  prefix: 'old',
  tenant: 't',
  label: 'l',
  createdAtMs: 0,
  revokedAtMs: undefined,
  expiresAtMs: undefined,
  lastUsedAtMs: undefined,
  hasChecksum: true,
};
const webhook: Webhook = {
  id: 'webhook-1',
  url: 'https://a.example/',
  events: ['*'],
  keptSecret: 's',
  formerSecret: undefined,
  createdAtMs: 0,
  disabled: undefined,
  disabledAtMs: undefined,
  failures: 0,
  failingSinceMs: undefined,
  ownership: 'not_required',
  redeliveriesUntilMs: 0,
  testedAtMs: 0,
  deleted: false,
};
const limit: Limit = {
  id: 'limit-1',
  name: 'budget',
  agent: '*',
  serviceId: undefined,
  apiKeyPrefix: undefined,
  asset: undefined,
  window: 'day',
  max: 6_000_000n,
  action: 'notify',
  notifyAt: [250, 500, 1_000],
  createdAtMs: 0,
  deleted: false,
};
const free: Grant = {
  id: 'grant-1',
  number: 1,
  kind: 'grant',
  amount: 1_000_000_000_000_000n,
  priority: 0,
  expiresAtMs: undefined,
  note: undefined,
  reversalId: undefined,
  grantedAtMs: 0,
  drawn: 0n,
  held: 1n,
  voided: 0n,
  expired: 0n,
};
const held: Hold = {
  id: 'hold-1',
  place: 'place-1',
  agent,
  serviceId,
  asset: 'XLM',
  amount: 1n,
  requests: undefined,
  unitScale: 0,
  isPrepaid: true,
  parts: [{ grant: 1, amount: 1n }],
  counted: undefined,
  createdAtMs: 0,
  expiresAtMs: 100,
  state: 'open',
  endedAtMs: undefined,
  wasLapsed: false,
  entryId: undefined,
  captured: undefined,
};
const billing: AgentBilling = {
  agent,
  isKnown: true,
  policy: { ...policyDefault, mode: 'prepaid', lowAt: [1n] },
  balances: [
    {
      ...emptyBalance(agent, 'XLM'),
      grants: 1,
      granted: free.amount,
      held: 1n,
      openHolds: 1,
      open: [free],
    },
  ],
  dueHolds: [],
  hasMoreDue: false,
};
const noReversals = {
  reversed: new Map(),
  reversedBehind: new Map(),
  laterReversedFrom: undefined,
  paid: 0n,
  returnedLater: 0n,
};

const service = withNextPrice(newService(serviceId, inStroops(7n)), inStroops(8n), nowMs + 1);

/** Returns what a loader would load from books that contain everything above. */
function loadedFor(wants: TenantWants): LoadedView {
  const view = new LoadedView(wants, nowMs);
  view.ownWebhooks.push(webhook);
  if (areLimitsWanted(wants)) view.ownLimits = [limit];
  const isUsed = [wants.accounts, wants.held].some((named) => named.has(accountName(agent, serviceId)));
  if (wants.limits.has('counters') && (isUsed || wants.holdIds.has('hold-1'))) {
    const counter = emptyCounter(limit.id, agent);
    view.limitCounters.set(counterName(counter), counter);
  }
  const isOfEntry = wants.entries.has('entry-1');
  if (isOfEntry) view.entries.set('entry-1', { entry, reversedRequests: 0 });
  if (isOfEntry || wants.accounts.has(accountName(agent, serviceId)) || wants.agents.has(agent)) {
    view.accounts.set(accountName(agent, serviceId), {
      ...account,
      lines: [{ ...line, recordedRequests: 6 }],
    });
  }
  if (wants.agents.has(agent)) {
    view.accounts.set(accountName(agent, 'unpriced'), {
      ...account,
      serviceId: 'unpriced',
      lines: [{ ...line, recordedRequests: 6 }],
    });
    view.accountCounts.set(agent, 2);
    view.services.set(serviceId, service);
  }
  if (wants.services.has(serviceId)) view.services.set(serviceId, service);
  for (const { sequence = 0 } of wants.positions) {
    view.positions.set(`a s ${sequence}`, { sequence, priceVersion: 1, lineRequests: 3, ...noReversals });
  }
  for (const id of wants.holdIds) {
    if (id !== 'hold-1') continue;
    view.holds.set(id, held);
    wantOfHold(held, wants);
    view.accounts.set(accountName(agent, serviceId), {
      ...account,
      lines: [{ ...line, recordedRequests: 6 }],
    });
    view.services.set(serviceId, service);
  }
  if (wants.billings.has(agent)) view.agentBillings.set(agent, billing);
  if (wants.grantIds.has('grant-1')) view.grants.set('grant-1', { agent, asset: 'XLM', grant: free });
  if (wants.apiKeyPrefixes.has('old')) view.apiKeys.set('old', apiKey);
  for (const { webhookId, eventId } of wants.deliveries) {
    view.deliveries.set(`${webhookId} ${eventId}`, {
      webhookId,
      eventId,
      eventType: 'usage.recorded',
      state: 'pending',
      attempts: 0,
      nextAttemptAtMs: 0,
      lastAttempt: undefined,
    });
  }
  return view;
}

function wantsOf(command: Command): TenantWants {
  const wants = noWants();
  rulesOf(command).reads(command, wants);
  return wants;
}

/** Decides, and makes the acts, because both read the books. */
function decideOn(command: Command, view: LoadedView): string {
  const draft = new DraftView(view);
  const decision = decide(command, draft, moment);
  if (decision.kind !== 'done') return decision.kind;
  if (rulesOf(command).actsMax(command) > 0) actsOf('t', draft, decision.changes);
  return decision.kind;
}

/** Returns the same wants several times, each time without one of them. */
function oneLess(command: Command): { readonly name: string; readonly wants: TenantWants }[] {
  const all = wantsOf(command);
  const sets = [
    'services',
    'accounts',
    'agents',
    'usageIds',
    'entries',
    'deletedServices',
    'usedServices',
    'held',
    'billings',
    'grantIds',
    'holdIds',
    'apiKeyPrefixes',
  ] as const;
  const named = sets.flatMap((set) =>
    [...all[set].keys()].map((name) => {
      const wants = wantsOf(command);
      wants[set].delete(name);
      return { name: `${set} ${name}`, wants };
    }),
  );
  const lists = ['positions', 'deliveries'] as const;
  const placed = lists.flatMap((list) =>
    [...all[list].keys()].map((at) => {
      const wants = wantsOf(command);
      wants[list].splice(at, 1);
      return { name: `${list} ${at}`, wants };
    }),
  );
  const limited = [...all.limits].map((name) => {
    const wants = wantsOf(command);
    wants.limits.delete(name);
    return { name: `limits ${name}`, wants };
  });
  return [...named, ...placed, ...limited];
}

test('no command reads anything that it does not declare, on empty and on full books', () => {
  for (const command of commands) {
    const wants = wantsOf(command);
    assert.doesNotThrow(() => decideOn(command, new LoadedView(wants, nowMs)), command.kind);
    assert.doesNotThrow(() => decideOn(command, loadedFor(wants)), command.kind);
  }
});

test('a command that reads something it did not declare fails instead of seeing an empty account', () => {
  let variants = 0;
  for (const command of commands) {
    for (const { name, wants } of oneLess(command)) {
      variants++;
      const without = `${command.kind} without ${name}`;
      assert.throws(() => decideOn(command, loadedFor(wants)), /did not name/, without);
    }
  }
  assert.ok(variants > 25, `${variants} variants`);
});

test('a command creates and changes no more than its rules allow', () => {
  for (const command of commands) {
    const rules = rulesOf(command);
    const idsAsked = new Set<number>();
    const id = (number: number) => {
      idsAsked.add(number);
      return `id-${number}`;
    };
    const draft = new DraftView(loadedFor(wantsOf(command)));
    const decision = decide(command, draft, { ...moment, id });
    assert.ok(
      [...idsAsked].every((number) => number < rules.idsMax(command)),
      command.kind,
    );
    if (decision.kind !== 'done') continue;
    const { changes } = decision;
    const acts = actsOf('t', draft, { ...changes, apiKeyUses: [] });
    if (rules.actsMax(command) > 0) assert.ok(acts.length <= rules.actsMax(command), command.kind);
    const changesShared = [
      changes.services,
      changes.assets,
      changes.limits,
      changes.webhooks,
      changes.apiKeys,
      changes.apiKeyUses,
      changes.pauses,
      changes.settings,
    ];
    if (changesShared.some((list) => list.length > 0)) assert.ok(rules.changesTenant(command), command.kind);
  }
});
