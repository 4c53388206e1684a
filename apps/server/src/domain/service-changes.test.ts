import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainBooks, exampleOf } from '../../test/harness/domain-books.ts';
import { inStroops } from './service.ts';
import type { Tiers } from './tiers.ts';

const put = exampleOf<'put_service'>({
  kind: 'put_service',
  serviceId: 's',
  stated: inStroops(7n),
  metadata: undefined,
});
const tiers: Tiers = {
  period: 'day',
  tiers: [
    { upTo: 10, price: 7_000_000n, package: undefined },
    { upTo: undefined, price: 3_000_000n, package: 5 },
  ],
};
const inTiers = { price: 0n, per: 1, tiers } as const;

/** The versions and the types of the events of a command. */
function madeBy(books: DomainBooks, command: ReturnType<typeof put>) {
  const { changes } = books.done(command);
  return [
    changes.prices.map(({ version, price, effectiveFromMs }) => [version, price, effectiveFromMs]),
    changes.events.map(({ type }) => type),
  ];
}

test('a new price makes a version, and an event if anything that is shown differs', () => {
  const books = new DomainBooks();
  const soon = books.nowMs + 60_000;
  const [seven, nine] = [700_000n, 900_000n];
  const cases = [
    [put(), [[1, seven, undefined]], ['service.registered']],
    [put(), [], []],
    [put({ stated: inStroops(9n) }), [[2, nine, undefined]], ['service.changed']],
    [put({ stated: { price: nine, per: 1_000 } }), [], ['service.changed']],
    [put({ stated: { price: nine, per: 1_000 }, unitScale: 2 }), [], ['service.changed']],
    [put({ stated: { price: nine, per: 1_000 }, metadata: { unit: 'token' } }), [], ['service.changed']],
    [put({ stated: inStroops(7n), effectiveFromMs: soon }), [[3, seven, soon]], ['service.changed']],
    [put({ stated: inStroops(7n), effectiveFromMs: soon }), [], []],
    [put({ stated: { price: seven, per: 1_000 }, effectiveFromMs: soon }), [], ['service.changed']],
  ] as const;
  for (const [at, [command, prices, events]] of cases.entries()) {
    assert.deepEqual(madeBy(books, command), [prices, events], `case ${at}`);
  }
});

test('a service that begins with tiers has a flat version before them', () => {
  const { changes } = new DomainBooks().done(put({ stated: inTiers }));
  const { nowMs: setAtMs } = new DomainBooks();
  assert.deepEqual(changes.prices, [
    { serviceId: 's', setAtMs, version: 1, price: 7_000_000n },
    { serviceId: 's', setAtMs, version: 2, price: 0n, tiers },
  ]);
});

test('the event of a service says what it is described with, and nothing that it has not', () => {
  const books = new DomainBooks();
  const [flat] = books.done(put({ metadata: { owner: 'o' } })).changes.events;
  assert.deepEqual(flat, {
    id: 'id-1-0',
    type: 'service.registered',
    atMs: books.nowMs,
    data: {
      serviceId: 's',
      priceStroops: 7,
      price: '0.0000007',
      per: 1,
      asset: 'XLM',
      disabled: false,
      owner: 'o',
    },
  });
  const [tiered] = books.done(put({ stated: inTiers, unitScale: 3 })).changes.events;
  assert.deepEqual(tiered?.data, {
    serviceId: 's',
    price: '0.000007',
    per: 1,
    asset: 'XLM',
    tiers: [
      { upTo: 10, price: '0.000007' },
      { price: '0.000003', package: 5 },
    ],
    period: 'day',
    unitScale: 3,
    disabled: false,
    owner: 'o',
  });
});

test('a service that was deleted is registered again', () => {
  const books = new DomainBooks();
  books.done(put());
  books.done({ kind: 'delete_service', serviceId: 's' });
  assert.deepEqual(madeBy(books, put()), [[], ['service.registered']]);
});
