import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparableBody, UnreadableBodyError } from './request-body.ts';

const json = (body: string | Uint8Array, contentType = 'application/json') =>
  comparableBody({ kind: 'raw', body, contentType });

test('the order of members, white space and the spelling of a number do not matter', () => {
  const forms = ['{"a":1.50,"b":[1,2]}', ' { "b" : [1, 2], "a": 15e-1 }', '{"b":[1.0,2],"a":1.5}'];
  assert.deepEqual(new Set(forms.map((form) => json(form))).size, 1);
  assert.equal(json(Buffer.from(forms[0] ?? '')), json(forms[1] ?? ''));
});

test('two amounts that a double cannot distinguish are two requests', () => {
  const amounts = [
    '9007199254740993',
    '9007199254740992',
    '0.12345678901234567891',
    '0.12345678901234567892',
    '1e400',
  ];
  const forms = amounts.map((amount) => json(`{"amount":${amount}}`));
  assert.equal(new Set(forms).size, amounts.length);
});

test('a long number inside a string does not change how the rest is compared', () => {
  const id = '"id":"12345678901234567890"';
  assert.equal(json(`{${id},"a":1}`), json(`{"a":1,${id}}`));
});

test('any JSON value equals itself in every spelling, and no other value', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ noUnicodeString: false }),
      fc.jsonValue({ noUnicodeString: false }),
      (one, other) => {
        assert.equal(String(json(JSON.stringify(one))), String(json(JSON.stringify(one, undefined, 2))));
        const isSame = String(json(JSON.stringify(one))) === String(json(JSON.stringify(other)));
        try {
          assert.deepEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
          assert.ok(isSame);
        } catch (error) {
          if (isSame) throw error;
        }
      },
    ),
  );
});

test('a body that is not JSON, or not valid, is compared byte by byte', () => {
  assert.equal(json('a=1&b=2', 'application/x-www-form-urlencoded'), 'a=1&b=2');
  assert.equal(json('{"a":'), '{"a":');
  const bytes = Uint8Array.of(0xff, 0xfe);
  assert.equal(json(bytes), bytes);
  assert.equal(json('[1, 2]', 'application/vnd.api+json; charset=utf-8'), '[1,2]');
});

test('bytes that are not UTF-8 are compared as bytes, and a byte order mark is ignored', () => {
  const text = (middle: readonly number[]) => Buffer.from([0x22, ...middle, 0x22]);
  assert.deepEqual(json(text([0xfc])), text([0xfc]));
  assert.deepEqual(json(text([0xe4])), text([0xe4]));
  // A surrogate in UTF-8 is not UTF-8.
  assert.deepEqual(json(text([0xed, 0xa0, 0x80])), text([0xed, 0xa0, 0x80]));
  // The replacement character itself is a text.
  assert.equal(json(text([0xef, 0xbf, 0xbd])), '"\ufffd"');
  assert.equal(json(Buffer.from('\ufeff{"b":1,"a":2}')), '{"a":2,"b":1}');
});

test('a parsed body is compared as JSON, and refused if it is not JSON', () => {
  assert.equal(comparableBody({ kind: 'parsed', value: { b: 1n, a: 'x' } }), '{"a":"x","b":1}');
  assert.equal(comparableBody({ kind: 'parsed', value: undefined }), '');
  assert.equal(comparableBody({ kind: 'parsed', value: 'text' }), 'text');
});

const parsed = (value: unknown) => comparableBody({ kind: 'parsed', value });

test('a date counts as its text, a form as its pairs', () => {
  const at = (day: number) => ({ due: new Date(Date.UTC(2026, 0, day)), amount: 1 });
  assert.equal(parsed(at(1)), '{"amount":1,"due":"2026-01-01T00:00:00.000Z"}');
  assert.notEqual(parsed(at(1)), parsed(at(2)));
  const form = (amount: string) => new URLSearchParams({ amount, to: 'alice' });
  assert.equal(parsed(form('1')), parsed(form('1')));
  assert.notEqual(parsed(form('1')), parsed(form('9999')));
  const data = (amount: string) => {
    const pairs = new FormData();
    pairs.append('amount', amount);
    return pairs;
  };
  assert.equal(parsed(data('1')), parsed(data('1')));
  assert.notEqual(parsed(data('1')), parsed(data('9999')));
  assert.equal(parsed(Object.assign(Object.create(null), { a: 1 })), '{"a":1}');
});

test('a value without members to compare is refused, alone and inside another', () => {
  class Order {
    #amount = 1;
    get amount() {
      return this.#amount;
    }
  }
  const withFile = new FormData();
  withFile.append('file', new Blob(['a']), 'a.txt');
  const refused = [
    () => 1,
    Symbol('s'),
    Number.NaN,
    new Map([['amount', 1]]),
    new Set([1]),
    new Blob(['amount=1']),
    new Order(),
    Promise.resolve(1),
    new ArrayBuffer(8),
    /amount/,
    withFile,
  ];
  for (const value of refused) {
    for (const body of [value, { a: value }, [value]]) {
      assert.throws(() => parsed(body), UnreadableBodyError, String(value));
    }
  }
});

test('a number of 200,000 digits is read in one pass, and differs from its neighbour', () => {
  const zeros = '0'.repeat(200_000);
  assert.ok(json(`1${zeros}1`) === `1${zeros}1`);
  assert.ok(json(`1${zeros}1`) !== json(`1${zeros}2`));
});

test('a form is compared by its parts, or unchanged if its boundary also occurs in its content', () => {
  const form = (boundary: string, ...parts: string[]) =>
    comparableBody({
      kind: 'raw',
      body: `${parts.map((part) => `--${boundary}\r\n\r\n${part}\r\n`).join('')}--${boundary}--\r\n`,
      contentType: `multipart/form-data; boundary="${boundary}"`,
    });
  assert.deepEqual(form('one', 'a', 'b'), form('other', 'a', 'b'));
  assert.notDeepEqual(form('one', 'a', 'b'), form('one', 'b', 'a'));
  assert.notDeepEqual(form('one', 'a', 'b'), form('one', 'a'));
  assert.notDeepEqual(form('one', 'ab', ''), form('one', 'a', 'b'));
  assert.notDeepEqual(form('one', 'a\r\n--oneX\r\n\r\nb'), form('one', 'a', 'b'));
});

test('an instance of a class is not compared without its private members, even if a member of it is ignored', () => {
  class Order {
    readonly sentAt = 1;
    readonly #amount: number;

    constructor(amount: number) {
      this.#amount = amount;
    }

    get amount(): number {
      return this.#amount;
    }
  }
  const parsed = (value: unknown) => comparableBody({ kind: 'parsed', value }, ['sentAt']);
  assert.throws(() => parsed(new Order(1)), UnreadableBodyError);
  const document = (amount: number, sentAt: number) => ({ toJSON: () => ({ amount, sentAt }) });
  assert.equal(parsed(document(1, 1)), parsed(document(1, 2)));
  assert.notEqual(parsed(document(1, 1)), parsed(document(9999, 1)));
});
