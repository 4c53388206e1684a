import assert from 'node:assert/strict';
import type { Awaitable } from '../../core/store.ts';
import { assertRefusal, assertReplay, newKey, withApp } from './law-app.ts';
import type { AdapterLaw } from './subject.ts';

const always = () => true;

const pairs = (amount: string) => ({ amount, to: 'alice' });

function form(amount: string): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(pairs(amount))) data.append(name, value);
  return data;
}

/**
 * Values that parsers and validators leave, and that are compared by their content. They are created again for each
 * request.
 */
const comparable: readonly ((amount: string) => unknown)[] = [
  pairs,
  (amount) => [amount],
  (amount) => amount,
  (amount) => Buffer.from(amount),
  (amount) => new URLSearchParams(pairs(amount)),
  form,
  (amount) => ({ due: new Date(Number(amount)) }),
  (amount) => ({ price: { toJSON: () => amount } }),
];

class Order {
  readonly #amount: string;

  constructor(amount: string) {
    this.#amount = amount;
  }

  get amount(): string {
    return this.#amount;
  }
}

/** Values whose content cannot be seen from outside, so all of them look alike. */
const opaque: readonly (() => unknown)[] = [
  () => new Map([['amount', '1']]),
  () => new Set(['1']),
  () => new Blob(['1']),
  () => new Order('1'),
  () => ({ order: new Order('1') }),
  () => () => '1',
];

/** How two requests are compared. */
export const comparisonLaws: readonly AdapterLaw[] = [
  {
    id: 'values-by-content',
    sentence:
      'Forms, dates and values with a `toJSON` are compared by their content, also from a promise; a value without comparable content fails the request, and nothing is executed.',
    concerns: always,
    run: async (subject) => {
      let value: Awaitable<unknown>;
      await withApp(subject, { options: { fingerprintBody: () => value } }, async (app) => {
        const post = (key: string, given: unknown) => {
          value = given;
          return app.post('json', { key, body: '{}' });
        };
        for (const make of comparable) {
          const key = newKey();
          const first = await post(key, make('1'));
          assertReplay(await post(key, Promise.resolve(make('1'))), first);
          for (const other of [make('9999'), Promise.resolve(make('9999'))])
            assertRefusal(await post(key, other), 409, 'idempotency_conflict');
        }
        for (const make of opaque) {
          for (const given of [make(), Promise.resolve(make())])
            assert.equal((await post(newKey(), given)).status, 500);
        }
        assert.equal(app.work.executions, comparable.length);
      });
    },
  },
  {
    id: 'lost-body',
    sentence:
      'A body that was read and discarded before the protection does not count as no body: the request fails, and nothing is executed.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { bodyIsLost: true }, async (app) => {
        const key = newKey();
        for (const body of ['{"amount":1}', '{"amount":9999}'])
          assert.equal((await app.post('json', { key, body })).status, 500);
        assert.equal(app.work.executions, 0);
      }),
  },
];
