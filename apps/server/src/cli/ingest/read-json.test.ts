import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createGzip } from 'node:zlib';
import fc from 'fast-check';
import { exactJson, jsonBytesMax } from './exact-json.ts';
import { type Input, openInput } from './input.ts';
import { nestedAt, valueAt } from './nested.ts';
import { readJson } from './read-json.ts';
import { readJsonl } from './read-jsonl.ts';
import type { ReadRow } from './row.ts';

function inputOf(text: string, pieceBytes: number): Input {
  const bytes = Buffer.from(text);
  function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return {
    stream: Readable.from(pieces(), { objectMode: false }),
    sizeBytes: undefined,
    isCompressed: false,
    isUnchanged: () => Promise.resolve(true),
    close: () => undefined,
  };
}

async function told(rows: AsyncIterable<ReadRow>, column = 'a'): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const read of rows) {
    if (read.kind === 'row') found.push(read.field(column));
    else found.push(read.kind === 'broken' ? read.message : read.kind);
  }
  return found;
}

const json = async (text: string, path?: string, pieceBytes = 3) =>
  await told(readJson(inputOf(text, pieceBytes), path));

test('JSON: a row without a column says which list in it has the column', async () => {
  const text = '{"total":2,"data":[{"agent":"a"}],"more":{"results":[{"user":"b","data":[{"agent":"c"}]}]}}';
  for await (const read of readJson(inputOf(text, 5))) {
    assert.ok(read.kind === 'row');
    const lists = ['agent', 'user', 'total', 'service'].map((column) => read.listWith?.(column));
    assert.deepEqual(lists, ['data', 'more.results', undefined, undefined]);
  }
});

test('JSON: a list, an object with a list at a path, and several values', async () => {
  assert.deepEqual(await json('[{"a":1},\n {"a":"x,]}\\""} ]'), ['1', 'x,]}"']);
  assert.deepEqual(await json('\uFEFF[]\n[{"a":2}]'), ['2']);
  assert.deepEqual(await json('{"a":1}{"a":2}\n{"a":3}'), ['1', '2', '3']);
  assert.deepEqual(await json('{"x":{"d":[{"a":9}]},"d":[{"a":1},{"a":2}],"e":[{"a":9}]}', 'd'), ['1', '2']);
  assert.deepEqual(await json('{"d":[{"t":5,"r":[{"a":1},{"a":2}]},{"r":[]},{"r":[{"a":3}]}]}', 'd.r'), [
    '1',
    '2',
    '3',
  ]);
  assert.deepEqual(await told(readJson(inputOf('{"d":[{"t":5,"r":[{"a":1},{"t":6}]}]}', 4), 'd.r'), 't'), [
    '5',
    '6',
  ]);
  assert.deepEqual(await json('{"d":{"a":1}}', 'd'), ['1']);
  assert.deepEqual(await json('[{"a":1},2,"x",null,{"a":3}]'), [
    '1',
    'is not a JSON object',
    'is not a JSON object',
    'is not a JSON object',
    '3',
  ]);
});

test('JSON: a cut-off element is held back, text that is not JSON stops the run, and nothing is taken twice', async () => {
  assert.deepEqual(await json('[{"a":1},{"a":2'), ['1', 'held_back']);
  assert.deepEqual(await json('[{"a":1}'), ['1', 'held_back']);
  for (const bad of ['[{"a":1}{"a":2}]', 'nonsense', '[{"a":1}]]', '"x"'])
    await assert.rejects(json(bad), /not valid JSON at line 1/, bad);
  await assert.rejects(json('[]'), /the file has no rows$/);
  await assert.rejects(json('{"data":[]}', 'date'), /the file has no rows at date/);
  await assert.rejects(
    json(`[{"a":"${'x'.repeat(jsonBytesMax)}"}]`, undefined, 65_536),
    /longer than 16777216 bytes/,
  );
});

test('JSON: any list is cut into its elements, no matter how the chunks are cut', async () => {
  const element = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ a: fc.string(), rest: element }), { maxLength: 6 }),
      fc.integer({ min: 7, max: 40 }),
      fc.constantFrom(undefined, 2),
      async (list, pieceBytes, indent) => {
        const names = list.map(({ a }) => a);
        const whole = JSON.stringify(list, undefined, indent);
        if (list.length > 0) assert.deepEqual(await json(whole, undefined, pieceBytes), names);
        const document = JSON.stringify(
          { before: list, rows: list, after: { rows: list } },
          undefined,
          indent,
        );
        if (list.length > 0) assert.deepEqual(await json(document, 'rows', pieceBytes), names);
        const lines = list.map((one) => `${JSON.stringify(one)}\n`).join('');
        if (list.length > 0) assert.deepEqual(await told(readJsonl(inputOf(lines, pieceBytes))), names);
      },
    ),
    { numRuns: 40 },
  );
});

test('JSON: a list is read piece by piece, even from gzip, and never far ahead of the current row', async () => {
  let produced = 0;
  async function* endless() {
    yield Buffer.from('[');
    for (; produced < 100_000; produced += 1)
      yield Buffer.from(`{"a":"${randomBytes(500).toString('hex')}"},`);
  }
  for (const source of [Readable.from(endless()), Readable.from(endless()).pipe(createGzip())]) {
    produced = 0;
    const input = await openInput('-', source);
    for await (const read of readJson(input)) {
      assert.equal(read.kind, 'row');
      break;
    }
    assert.ok(produced < 5_000, `${produced} elements were read for one`);
    input.close();
  }
});

test('JSON numbers keep their digits, and oversized input is refused', () => {
  const read = exactJson('{"a":9007199254740993,"b":[1.10,-2e3],"c":"5","d":true,"e":null}');
  assert.deepEqual(read.kind === 'json' && read.value, {
    a: '9007199254740993',
    b: ['1.10', '-2e3'],
    c: '5',
    d: true,
    e: null,
  });
  const message = (text: string) => {
    const found = exactJson(text);
    return found.kind === 'unreadable' ? found.message : found.kind;
  };
  assert.equal(message('['.repeat(65) + ']'.repeat(65)), 'is nested more than 64 levels deep');
  assert.equal(message(`[${'1,'.repeat(200_001)}1]`), 'has more than 200000 members');
  assert.equal(message('{"a":"\\\\"}'), 'json');
  assert.equal(message('{"a":'), 'is not a JSON object');
});

test('a path finds names with dots, members of members, and OpenTelemetry attributes', () => {
  const value = {
    'a.b': 1,
    a: { c: { d: 2 }, b: 9 },
    attributes: [
      { key: 'gen_ai.usage.input_tokens', value: { intValue: '7' } },
      { key: 'x', value: { stringValue: 'y' } },
    ],
    list: [{ n: 5 }],
  };
  assert.equal(valueAt(value, 'a.b'), 1);
  assert.equal(valueAt(value, 'a.c.d'), 2);
  assert.equal(valueAt(value, 'attributes.gen_ai.usage.input_tokens'), '7');
  assert.equal(valueAt(value, 'attributes.x'), 'y');
  assert.equal(valueAt(value, 'list.0.n'), 5);
  for (const none of ['z', 'a.z', 'attributes.z', 'a.b.c', '__proto__', 'constructor.name'])
    assert.equal(valueAt(value, none), undefined, none);
  assert.deepEqual(
    [...nestedAt({ value: { r: [{ s: [1, 2] }, { s: 3 }] }, parents: [] }, 'r.s')].map((one) => one.value),
    [1, 2, 3],
  );
});
