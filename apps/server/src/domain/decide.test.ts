import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './account.ts';
import { accountName } from './account-name.ts';
import { type Command, rulesOf } from './command.ts';
import { withNextPrice } from './dated-price.ts';
import { decide } from './decide.ts';
import type { Moment } from './decision.ts';
import { LoadedView } from './loaded-view.ts';
import { priceOfStroops } from './money.ts';
import { inStroops, newService, priceVersionsMax, type Service } from './service.ts';
import { noWants } from './wants.ts';

const nowMs = 1_700_000_000_000;
const moment: Moment = {
  nowMs,
  id: (number) => `id-${number}`,
  gate: undefined,
  bulkItemsMax: 1_000,
  markOf: () => 'mark',
};
const item = { agent: 'a', serviceId: 's', requests: 3, usageId: 'u', occurredAtNs: undefined } as const;

function view(command: Command): LoadedView {
  const wants = noWants();
  rulesOf(command).reads(command, wants);
  const loaded = new LoadedView(wants, nowMs);
  loaded.services.set('s', newService('s', inStroops(7n)));
  loaded.accounts.set(accountName('a', 's'), {
    ...emptyAccount('a', 's'),
    sequence: 1,
    recordedRequests: 1,
    lines: [
      {
        priceVersion: 1,
        price: priceOfStroops(7n),
        recordedRequests: 1,
        reversedRequests: 0,
        settledRequests: 0,
      },
    ],
  });
  loaded.usages.set('known', { item: { ...item, usageId: 'known' }, entryId: 'entry-1' });
  loaded.entries.set('entry-1', {
    entry: {
      ...item,
      usageId: 'known',
      requests: 1,
      id: 'entry-1',
      unitScale: 0,
      sequence: 1,
      priceVersion: 1,
      lineRequests: 1,
      recordedAtMs: 0,
    },
    reversedRequests: 0,
  });
  const beginning = { sequence: 0, priceVersion: -1, lineRequests: 0 };
  const nothing = {
    reversed: new Map(),
    reversedBehind: new Map(),
    laterReversedFrom: undefined,
    paid: 0n,
    returnedLater: 0n,
  };
  loaded.positions.set('a s 0', { ...beginning, ...nothing });
  return loaded;
}

const commands: readonly Command[] = [
  { kind: 'record_usage', item },
  {
    kind: 'record_usage_bulk',
    isAtomic: false,
    items: [
      { kind: 'valid', item },
      { kind: 'valid', item },
      { kind: 'invalid', message: 'm' },
    ],
  },
  {
    kind: 'settle',
    agent: 'a',
    serviceId: 's',
    through: undefined,
    expectedStroops: undefined,
    expectedMarks: undefined,
  },
  { kind: 'reverse_entry', entryId: 'entry-1', reason: 'r' },
  { kind: 'clear_account', agent: 'a', serviceId: 's' },
  { kind: 'settle_bulk', agent: 'a' },
  { kind: 'put_service', serviceId: 's', stated: inStroops(9n), metadata: undefined },
  { kind: 'set_price', serviceId: 's', stated: inStroops(9n) },
  {
    kind: 'create_api_key',
    key: 'k',
    digest: 'd',
    prefix: 'p',
    tenant: 't',
    label: 'l',
    expiresAtMs: undefined,
    hasChecksum: true,
    rights: { scopes: undefined, agent: undefined, serviceId: undefined, allowedAddresses: undefined },
  },
];

test('decide does not change its input, and returns the same for the same input', () => {
  for (const command of commands) {
    const seen = view(command);
    const first = decide(command, seen, moment);
    assert.deepEqual(seen, view(command), command.kind);
    assert.deepEqual(decide(command, seen, moment), first, command.kind);
    assert.equal(first.kind, 'done', command.kind);
  }
});

test('while new work is refused, repeated requests are still answered from their records', () => {
  const gate = { code: 'idempotency_key_in_future', message: 'm', serverTimeMs: 0 } as const;
  for (const command of commands) {
    assert.deepEqual(
      decide(command, view(command), { ...moment, gate }),
      { kind: 'refused', refusal: gate },
      command.kind,
    );
  }
  const known: Command = { kind: 'record_usage', item: { ...item, usageId: 'known' } };
  const answered = decide(known, view(known), { ...moment, gate });
  assert.equal(answered.kind === 'done' && answered.fact.kind, 'usage_known');
});

test('an event is accepted from 34 days ago to 5 minutes ahead', () => {
  const at = (ms: number) => {
    const occurredAtNs = BigInt(ms) * 1_000_000n;
    const command: Command = { kind: 'record_usage', item: { ...item, occurredAtNs } };
    const decision = decide(command, view(command), moment);
    return decision.kind === 'refused' ? decision.refusal.code : 'accepted';
  };
  const dayMs = 86_400_000;
  assert.equal(at(nowMs - 34 * dayMs), 'accepted');
  assert.equal(at(nowMs - 34 * dayMs - 1), 'event_too_old');
  assert.equal(at(nowMs + 300_000), 'accepted');
  assert.equal(at(nowMs + 300_001), 'event_in_future');
});

test('a bulk is recorded unless every item was refused', () => {
  const bulk = (...items: (Command & { kind: 'record_usage_bulk' })['items']) => {
    const command: Command = { kind: 'record_usage_bulk', isAtomic: false, items };
    const decision = decide(command, view(command), moment);
    return decision.kind === 'done' && decision.remembered;
  };
  assert.equal(bulk({ kind: 'invalid', message: 'm' }), false);
  assert.equal(bulk({ kind: 'valid', item: { ...item, usageId: 'known', requests: 9 } }), false);
  assert.equal(bulk({ kind: 'invalid', message: 'm' }, { kind: 'valid', item }), true);
  assert.equal(bulk({ kind: 'valid', item: { ...item, usageId: 'known' } }), true);
});

test('a service with the most price versions allowed keeps its price, and its next price can still be cancelled', () => {
  const first = newService('s', inStroops(7n));
  const full = { ...first, priceVersion: priceVersionsMax };
  const dated = withNextPrice({ ...first, priceVersion: priceVersionsMax - 1 }, inStroops(8n), nowMs + 1);
  const decided = (service: Service, command: Command) => {
    const loaded = view(command);
    loaded.services.set('s', service);
    const decision = decide(command, loaded, moment);
    return decision.kind === 'refused' ? decision.refusal.code : decision.kind;
  };
  for (const kind of ['put_service', 'set_price'] as const) {
    const priced = (service: Service, stroops: bigint, effectiveFromMs?: number) =>
      decided(service, {
        kind,
        serviceId: 's',
        stated: inStroops(stroops),
        metadata: undefined,
        effectiveFromMs,
      });
    assert.equal(priced(full, 8n), 'limit_exceeded');
    assert.equal(priced(full, 7n), 'done');
    assert.equal(priced(full, 8n, nowMs + 1), 'limit_exceeded');
    assert.equal(priced(dated, 9n), 'limit_exceeded');
    assert.equal(priced(dated, 9n, nowMs + 2), 'limit_exceeded');
    assert.equal(priced(dated, 8n, nowMs + 1), 'done', 'the same again');
  }
  assert.equal(decided(dated, { kind: 'cancel_next_price', serviceId: 's' }), 'done');
});
