import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { jsonBytesMax } from './exact-json.ts';
import type { Input } from './input.ts';
import { readCsv } from './read-csv.ts';
import { readJsonl } from './read-jsonl.ts';
import { type ReadRow, recordBytesMax } from './row.ts';

/** A text that arrives in pieces of a few bytes, so that every boundary is cut somewhere. */
function inputOf(text: string, isUnchanged = true, pieceBytes = 3): Input {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  return {
    stream: Readable.from(pieces, { objectMode: false }),
    sizeBytes: bytes.length,
    isCompressed: false,
    isUnchanged: () => Promise.resolve(isUnchanged),
    close: () => undefined,
  };
}

async function csv(text: string, takesLastLine = false, isUnchanged = true): Promise<string[]> {
  return await told(readCsv(inputOf(text, isUnchanged), { columns: [['a'], ['b']], takesLastLine }));
}

async function jsonl(text: string): Promise<string[]> {
  return await told(readJsonl(inputOf(text)));
}

async function told(rows: AsyncIterable<ReadRow>): Promise<string[]> {
  const lines: string[] = [];
  for await (const read of rows) {
    switch (read.kind) {
      case 'header':
        lines.push(`header ${read.text}`);
        break;
      case 'row':
        lines.push(`${read.place.row}@${read.place.line} ${read.field('a')} ${read.field('b')}`);
        break;
      case 'broken':
        lines.push(`${read.place.row}@${read.place.line} ${read.message}`);
        break;
      case 'held_back':
        lines.push(`held back @${read.line}`);
        break;
    }
  }
  return lines;
}

const header = 'header ["a","b"]';

test('CSV: line ends, byte order mark, quotes and blank lines', async () => {
  const rows = [header, '1@2 1 2', '2@3 3 4'];
  assert.deepEqual(await csv('a,b\n1,2\n3,4\n'), rows);
  assert.deepEqual(await csv('\uFEFFa,b\r\n1,2\r\n"3","4"\r\n'), rows);
  assert.deepEqual(await csv('a,b\n\n1,2\n  \n3,4\n\n'), [header, '1@3 1 2', '2@5 3 4']);
  assert.deepEqual(await csv('a,b\n"x\n""y""",2\n3,4\n'), [header, '1@3 x\n"y" 2', '2@4 3 4']);
  assert.deepEqual(await csv('a,b\n1\n3,4\n'), [
    header,
    '1@2 has 1 fields where the header has 2',
    '2@3 3 4',
  ]);
  assert.deepEqual(await csv('a,b\n'), [header]);
});

test('CSV: a last line without a line break is held back, or taken if that is allowed', async () => {
  assert.deepEqual(await csv('a,b\n1,2\n3,4'), [header, '1@2 1 2', 'held back @3']);
  assert.deepEqual(await csv('a,b\n1,2\n3,4', true), [header, '1@2 1 2', '2@3 3 4']);
  assert.deepEqual(await csv('a,b\r\n1,2\r\n3,4\r', true), [header, '1@2 1 2', '2@3 3 4']);
  assert.deepEqual(
    await csv('a,b\n1,2\n3,4', true, false),
    [header, '1@2 1 2', 'held back @3'],
    'written to',
  );
  assert.deepEqual(await csv('a,b\n1,2\n3', true), [header, '1@2 1 2', 'held back @3']);
  assert.deepEqual(await csv('a,b\n1,2\n3,"4', true), [header, '1@2 1 2', 'held back @3']);
  assert.deepEqual(await csv('a,b\n1,2\n3,"4\n', true), [header, '1@2 1 2', 'held back @3']);
});

test('CSV: an unreadable record is reported with its place', async () => {
  await assert.rejects(csv(''), /the file is empty/);
  await assert.rejects(csv('a,c\n1,2\n'), /no column b; its header is a, c/);
  await assert.rejects(csv('a,b,b\n1,2,3\n'), /two columns/);
  await assert.rejects(csv('a,b\n1,2\n3,x"y\n'), /line 3/);
  const long = readCsv(inputOf(`a,b\n1,"${'x'.repeat(recordBytesMax + 1)}`, true, 65_536), {
    columns: [['a'], ['b']],
    takesLastLine: true,
  });
  await assert.rejects(told(long), /1048576.* line 2/);
});

test('JSONL: objects, blank lines, and lines that are not objects', async () => {
  assert.deepEqual(await jsonl('\uFEFF{"a":1,"b":"é"}\r\n\n{"a":"x"}\n'), ['1@1 1 é', '2@3 x undefined']);
  assert.deepEqual(await jsonl('{"a":1}\nnonsense\n[1]\n{"a":2}\n'), [
    '1@1 1 undefined',
    '2@2 is not a JSON object',
    '3@3 is not a JSON object',
    '4@4 2 undefined',
  ]);
  await assert.rejects(jsonl(''), /the file is empty/);
});

test('JSONL: a last line without a line break counts only if it is a whole object', async () => {
  assert.deepEqual(await jsonl('{"a":1}\n{"a":2}'), ['1@1 1 undefined', '2@2 2 undefined']);
  assert.deepEqual(await jsonl('{"a":1}\n{"a":2'), ['1@1 1 undefined', 'held back @2']);
  const long = readJsonl(inputOf(`{"a":1}\n{"a":"${'x'.repeat(jsonBytesMax)}`, true, 65_536));
  await assert.rejects(told(long), /line 2 is longer/);
});

test('the same row has the same text in every notation', async () => {
  const texts: string[] = [];
  for (const text of ['a,b\n1,2\n', 'a,b\r\n"1",2\r\n', '\uFEFFa,b\n\n1,"2"']) {
    for await (const read of readCsv(inputOf(text), { columns: [], takesLastLine: true })) {
      if (read.kind === 'row') texts.push(read.text);
    }
  }
  assert.deepEqual(texts, Array(3).fill('["1","2"]'));
});
