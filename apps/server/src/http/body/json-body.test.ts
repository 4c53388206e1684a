import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '@billonce/idempotency/core';
import fc from 'fast-check';
import { ApiError } from '../api-error.ts';
import { duplicateMember } from './duplicate-member.ts';
import { largeFrom, parseJsonBody } from './json-body.ts';
import { levelsMax, valuesApartMax, valuesMax } from './json-scan.ts';
import { Slices } from './turns.ts';

/** Slices that end at each check and are counted. */
function countedSlices() {
  const turns = { count: 0 };
  let nowMs = 0;
  const next = async () => {
    turns.count += 1;
  };
  const slices = new Slices(next, () => {
    nowMs += 10;
    return nowMs;
  });
  return { slices, turns };
}

const parse = async (text: string | Buffer) =>
  await parseJsonBody(Buffer.from(text), countedSlices().slices, true);

async function refusal(text: string): Promise<ApiError> {
  try {
    await parse(text);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error(`it was taken: ${text.slice(0, 100)}`);
}

const filler = 'f'.repeat(2 * largeFrom);
/** The same content in a small body, parsed in one piece, and in a large body, parsed in slices. */
const sizes = [
  { size: 'small', items: (item: string) => `{"items":[${item}]}`, at: 0 },
  {
    size: 'large',
    items: (item: string) => `{"items":["${filler}","${filler}", ${item},"${filler}"]}`,
    at: 2,
  },
];

for (const { size, items, at } of sizes) {
  test(`a name that appears twice in an object is refused with its place: ${size}`, async () => {
    for (const [body, pointer] of [
      [`{"items":[],"items":[1]}`, '/items'],
      [items('{"agent":"a","agent":"b"}'), `/items/${at}/agent`],
      [items('{"agent":"a","\\u0061gent":"b"}'), `/items/${at}/agent`],
      [items('{"a":[1,{"b":{"x/y":1,"c":2,"x/y":1}}]}'), `/items/${at}/a/1/b/x~1y`],
      [items('{"__proto__":1,"__proto__":2}'), `/items/${at}/__proto__`],
      [items('{"":1,"":2}'), `/items/${at}/`],
      [`${items('1').slice(0, -1)},"mode":1,"mode":1}`, '/mode'],
      [`${items('1').slice(0, -1)},"items":[1]}`, '/items'],
    ] as const) {
      const { code, details } = await refusal(body);
      assert.equal(code, 'invalid_request');
      assert.deepEqual(details.faults, [{ pointer, message: 'appears more than once in its object' }]);
    }
  });

  test(`equal names in different objects, and colons in strings, are not duplicates: ${size}`, async () => {
    for (const item of [
      '{"a":{"a":1},"b":[{"a":1},{"a":1}]}',
      '{"a":"\\":\\"a\\":1,","b":"\\\\","c":"a:b"}',
      '{"A":1,"a":1}',
      '{"__proto__":{"a":1}}',
    ]) {
      const { value } = await parse(items(item));
      assert.deepEqual(value, JSON.parse(items(item)));
    }
  });

  test(`a body that is not JSON is refused with its place: ${size}`, async () => {
    for (const item of [
      '1,',
      ',1',
      '1,,2',
      '{',
      '}',
      '[}',
      '{]',
      '"',
      '1 2',
      '{"a"}',
      '{"a":1,}',
      '\u0000',
      'nul',
    ]) {
      const { code, message } = await refusal(items(item));
      assert.equal(code, 'invalid_request', item);
      assert.match(message, /^the body is not valid JSON: error at (position \d+|its end)/, item);
    }
    for (const body of [
      items('1').slice(0, -1),
      items('1').slice(0, -2),
      `${items('1')}x`,
      `x${items('1')}`,
    ]) {
      assert.match((await refusal(body)).message, /^the body is not valid JSON/);
    }
  });
}

test('a large body waits for its turn before it is processed, and a small one does not', async () => {
  const turn = Promise.withResolvers<void>();
  let asked = 0;
  const slices = new Slices(
    () => {
      asked += 1;
      return turn.promise;
    },
    () => 0,
  );
  let isDone = false;
  const large = parseJsonBody(Buffer.alloc(largeFrom + 1, ' '), slices, true).catch(() => {
    isDone = true;
  });
  await parseJsonBody(Buffer.from('{}'), slices, true);
  assert.deepEqual([asked, isDone], [1, false]);
  turn.resolve();
  await large;
  assert.equal(isDone, true);
});

test('a large body is parsed in slices, to the same value and the same canonical text', async () => {
  const item = { agent: 'agent-7', serviceId: 'search', requests: 3, id: 'é"\\' };
  const body = { zone: { b: 1, a: [2] }, items: Array.from({ length: 3_000 }, () => item), mode: 'x' };
  const { slices, turns } = countedSlices();
  const parsed = await parseJsonBody(Buffer.from(JSON.stringify(body, undefined, 1)), slices, true);
  assert.deepEqual(parsed.value, body);
  assert.equal(parsed.canonical, canonicalJson(body));
  assert.ok(turns.count >= 5, `${turns.count} turns`);
  // Without a key, the canonical text is not needed.
  const unkeyed = await parseJsonBody(Buffer.from(JSON.stringify(body)), countedSlices().slices, false);
  assert.deepEqual([unkeyed.value, unkeyed.canonical], [body, undefined]);
});

test('a lone surrogate has no canonical text, so the text as it was sent is used', async () => {
  const text = `{"items":["${filler}","${filler}","\\ud800"]}`;
  assert.equal((await parse(text)).canonical, text);
});

test('too many values are refused before they are parsed, and as many as the largest bulk has are accepted', async () => {
  const list = (count: number) => `{"items":[${Array.from({ length: count }, () => '1').join(',')}]}`;
  assert.equal((await refusal(list(valuesMax))).code, 'payload_too_large');
  await parse(list(valuesMax - 2));
  const item = `{${Array.from({ length: 18 }, (_, name) => `"n${name}":1`).join(',')}}`;
  await parse(`{"items":[${Array.from({ length: 10_000 }, () => item).join(',')}]}`);
  const members = Array.from({ length: valuesApartMax + 1 }, (_, name) => `"n${name}":1`).join(',');
  for (const body of [`{${members}}`, `{"items":[{${members}}]}`, `{"items":[1,2],${members}}`]) {
    assert.equal((await refusal(body)).code, 'payload_too_large');
  }
});

test('a body has at most 64 levels', async () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  await parse(nested(levelsMax));
  const { code, details } = await refusal(nested(levelsMax + 1));
  assert.deepEqual([code, details.faults?.[0]?.pointer], ['invalid_request', '']);
});

test('for any JSON, the scan counts the members of the value, and finds no duplicate', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), fc.nat(4), async (value, spaces) => {
      const text = JSON.stringify({ items: [value, filler, value, filler, value] }, undefined, spaces);
      assert.deepEqual((await parse(text)).value, JSON.parse(text));
      assert.equal(duplicateMember(text), undefined);
    }),
    { numRuns: 60 },
  );
});
