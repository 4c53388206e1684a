import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { inStroops } from '../service.ts';

const put = exampleOf<'put_service'>({
  kind: 'put_service',
  serviceId: 's',
  stated: inStroops(7n),
  metadata: undefined,
});
const remove = { kind: 'delete_service', serviceId: 's' } as const;
const disable = (disabled: boolean) => ({ kind: 'set_disabled', serviceId: 's', disabled }) as const;
const use = (agent: string, quantity?: bigint) =>
  ({
    kind: 'record_usage',
    item: {
      agent,
      serviceId: 's',
      requests: quantity === undefined ? 1 : 0,
      quantity,
      usageId: undefined,
      occurredAtNs: undefined,
    },
  }) as const;

function booksOf(unitScale?: number): DomainBooks {
  const books = new DomainBooks();
  books.done(put({ unitScale }));
  return books;
}

test('the decimal places of a service stay once something was recorded, and can be sent again', () => {
  const books = booksOf(3);
  books.done(put({ unitScale: 2 }));
  books.done(use('a', 1_000_000n));
  assert.deepEqual(books.refusal(put({ unitScale: 3 })), {
    code: 'service_in_use',
    message:
      'usage of service s was recorded with 2 decimal places, which cannot change; register another service',
  });
  for (const unitScale of [2, undefined]) {
    const { fact } = books.done(put({ unitScale }));
    assert.ok(fact.kind === 'service_put');
    assert.equal(fact.unitScale, 2);
  }
});

test('a bulk of services registers each of them once', () => {
  const item = (serviceId: string) => ({ kind: 'valid', item: put({ serviceId }) }) as const;
  const { fact } = new DomainBooks().done({ kind: 'put_service_bulk', items: [item('s'), item('s')] });
  assert.ok(fact.kind === 'service_bulk_put');
  const [first, second] = fact.results;
  assert.equal(first?.kind, 'put');
  assert.deepEqual(second, {
    kind: 'repeated',
    serviceId: 's',
    message: 'service s appears more than once in this bulk',
  });
});

test('a service with unsettled usage is not deleted, and some of its agents are named', () => {
  const books = booksOf();
  for (const agent of ['a', 'b', 'c', 'd']) books.done(use(agent));
  assert.deepEqual(books.refusal(remove), {
    code: 'service_has_outstanding_usage',
    message: 'service s still has unsettled usage or a credit, for example of: a, b, c',
  });
});

test('a deleted service says so in an event, and comes back enabled', () => {
  const books = booksOf();
  books.done(disable(true));
  const { fact, changes } = books.done(remove);
  assert.deepEqual(fact, { kind: 'service_deleted' });
  assert.deepEqual(
    changes.services.map(({ deleted, disabled }) => [deleted, disabled]),
    [[true, false]],
  );
  assert.deepEqual(
    changes.events.map(({ type }) => type),
    ['service.deleted'],
  );
  assert.equal(books.refusal(remove).code, 'not_found');
});

test('a service is disabled and enabled once, with an event each time', () => {
  const books = booksOf();
  assert.deepEqual(changed(books.done(disable(false)).changes), {});
  for (const isDisabled of [true, false]) {
    const { fact, changes } = books.done(disable(isDisabled));
    assert.deepEqual(fact, { kind: 'service_switched', serviceId: 's', disabled: isDisabled });
    assert.equal(changes.services[0]?.disabled, isDisabled);
    const type = isDisabled ? 'service.disabled' : 'service.enabled';
    assert.deepEqual(
      changes.events.map((event) => event.type),
      [type],
    );
    assert.deepEqual(changed(books.done(disable(isDisabled)).changes), {});
  }
});

test('only a price that has not taken effect can be withdrawn', () => {
  assert.deepEqual(booksOf().refusal({ kind: 'cancel_next_price', serviceId: 's' }), {
    code: 'not_found',
    message:
      'service s has no next price; a price that has taken effect stays in force until another one is set',
  });
});
