import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainBooks } from '../../test/harness/domain-books.ts';
import { emptyAccount } from './account.ts';
import { requestsTotalMax } from './money.ts';
import { wouldRecord } from './recorded-usage.ts';
import { inStroops, newService } from './service.ts';
import { acceptWindowDays, aheadToleranceMs, isSameUsage, judgeOccurrence, type UsageItem } from './usage.ts';

const item: UsageItem = {
  agent: 'a',
  serviceId: 's',
  requests: 3,
  usageId: 'u',
  occurredAtNs: 7n,
  metadata: '{}',
};
const use = (members: Partial<UsageItem>) =>
  ({ kind: 'record_usage', item: { ...item, occurredAtNs: undefined, ...members } }) as const;

test('two items report the same usage if all but their ids are equal', () => {
  assert.equal(isSameUsage(item, { ...item, usageId: 'v' }), true);
  const others: readonly Partial<UsageItem>[] = [
    { agent: 'b' },
    { serviceId: 't' },
    { requests: 4 },
    { occurredAtNs: 8n },
    { occurredAtNs: undefined },
    { metadata: undefined },
  ];
  for (const other of others) assert.equal(isSameUsage(item, { ...item, ...other }), false);
});

test('an event is recorded for 34 days after it occurred, and up to 5 minutes before', () => {
  const nowMs = 1_700_000_000_000;
  const judge = (offsetNs: bigint) => judgeOccurrence(BigInt(nowMs) * 1_000_000n + offsetNs, nowMs);
  const windowNs = BigInt(acceptWindowDays) * 86_400_000_000_000n;
  const aheadNs = BigInt(aheadToleranceMs) * 1_000_000n;
  assert.equal(judgeOccurrence(undefined, nowMs), 'accepted');
  assert.deepEqual([judge(-windowNs), judge(-windowNs - 1n)], ['accepted', 'event_too_old']);
  assert.deepEqual([judge(aheadNs), judge(aheadNs + 1n)], ['accepted', 'event_in_future']);
});

test('usage that is not recorded says why', () => {
  const books = new DomainBooks();
  const service = newService('s', inStroops(7n));
  const full = { ...emptyAccount('a', 'full'), sequence: 1, recordedRequests: requestsTotalMax };
  books.has({
    services: [
      service,
      { ...service, serviceId: 'disabled', disabled: true },
      { ...service, serviceId: 'deleted', deleted: true },
      { ...service, serviceId: 'full' },
    ],
    accounts: [full],
  });
  const nowNs = BigInt(books.nowMs) * 1_000_000n;
  const dayNs = 86_400_000_000_000n;
  const limitMessage =
    'the account would exceed 2^53-1 requests or 2^63-1 of the smallest parts of its asset';
  const cases = [
    [{ occurredAtNs: nowNs - 35n * dayNs }, 'event_too_old', 'occurredAt is more than 34 days ago'],
    [{ occurredAtNs: nowNs + dayNs }, 'event_in_future', 'occurredAt is more than 5 minutes ahead'],
    [
      { serviceId: 'disabled' },
      'service_disabled',
      'service disabled is disabled: its usage is not recorded',
    ],
    [
      { serviceId: 'deleted' },
      'service_deleted',
      'service deleted was deleted: its usage is recorded only after it is registered again',
    ],
    [{ serviceId: 'full' }, 'limit_exceeded', limitMessage],
  ] as const;
  for (const [members, code, message] of cases) {
    assert.deepEqual(books.refusal(use(members)), { code, message });
  }
  const deleted = { ...service, deleted: true };
  assert.equal(wouldRecord(emptyAccount('a', 's'), deleted, 3, 0).refusal?.code, 'service_deleted');
  assert.deepEqual(wouldRecord(full, service, 3, 0), {
    refusal: { code: 'limit_exceeded', message: limitMessage },
    cost: undefined,
  });
  assert.deepEqual(wouldRecord(emptyAccount('a', 's'), service, 3, 0), {
    refusal: undefined,
    cost: 21n * 10n ** 11n,
  });
});

test('an entry says what it was recorded with', () => {
  const books = new DomainBooks();
  books.hasServices('s');
  const occurredAtNs = BigInt(books.nowMs) * 1_000_000n;
  const { changes } = books.done(use({ occurredAtNs }));
  assert.deepEqual(changes.entries, [
    {
      ...item,
      occurredAtNs,
      id: 'id-1-0',
      unitScale: 0,
      asset: 'XLM',
      assetScale: 7,
      sequence: 1,
      priceVersion: 1,
      lineRequests: 3,
      tiered: undefined,
      outstandingAfter: 3,
      drawn: undefined,
      paidAfter: undefined,
      recordedAtMs: books.nowMs,
    },
  ]);
});
