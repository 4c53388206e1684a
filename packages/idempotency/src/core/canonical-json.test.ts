import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, type Json } from './canonical-json.ts';

function parse(text: string): Json {
  return JSON.parse(text);
}

test('members are sorted by UTF-16 code units (RFC 8785, section 3.2.3)', () => {
  const sent =
    '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}';
  const values = Object.values(parse(canonicalJson(parse(sent))) ?? {});
  const order = [...canonicalJson(parse(sent)).matchAll(/:"([^"]+)"/g)].map((found) => found[1]);
  assert.equal(values.length, 7);
  assert.deepEqual(order, [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test('numbers are printed as ECMAScript prints them (RFC 8785, section 3.2.2.3)', () => {
  assert.equal(
    canonicalJson(parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0,1.0]')),
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1]',
  );
});

test('strings are escaped as little as possible (RFC 8785, section 3.2.2.2)', () => {
  const sent = '"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/"';
  assert.equal(canonicalJson(parse(sent)), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
});

test('a value that JSON cannot represent is refused', () => {
  assert.throws(() => canonicalJson(Number.NaN), RangeError);
  assert.throws(() => canonicalJson('\ud800'), RangeError);
  assert.throws(() => canonicalJson({ '\udc00': 1 }), RangeError);
  assert.throws(() => canonicalJson(parse('['.repeat(300) + ']'.repeat(300))), RangeError);
});

/** The same value with the members of every object in reverse order. */
function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element: Json) => reversed(element));
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

test('the order of members does not matter, and the value is kept', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), (sent) => {
      const value = parse(JSON.stringify(sent));
      const text = canonicalJson(value);
      assert.equal(canonicalJson(reversed(value)), text);
      assert.deepEqual(parse(text), value);
    }),
  );
});

test('an element of a list is printed as it is alone, after elements with any members', () => {
  const names = fc.constantFrom('b', 'a', '\u20ac', 'long "name"');
  const member = fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined });
  const element = fc.oneof(
    fc.dictionary(names, member, { maxKeys: 3, noNullPrototype: true }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.array(element), (sent) => {
      const list: Json[] = sent.map((one) => (one === undefined ? null : parse(JSON.stringify(one))));
      assert.equal(canonicalJson(list), `[${list.map((one) => canonicalJson(one)).join(',')}]`);
    }),
  );
  const dates = [{ a: 1 }, { a: 2, toJSON: () => 'itself' }];
  assert.equal(canonicalJson(Object(dates)), '[{"a":1},"itself"]');
});

test('an object in a list is refused below the deepest level', () => {
  const nested = (levels: number) => parse(`${'['.repeat(levels)}{"a":1}${']'.repeat(levels)}`);
  assert.equal(canonicalJson(nested(255)).length, 2 * 255 + 7);
  assert.throws(() => canonicalJson(nested(256)), RangeError);
});
