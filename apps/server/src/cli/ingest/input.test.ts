import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { csvDialect } from './csv-dialect.ts';
import { openInput } from './input.ts';

async function bytesOf(source: Buffer, pieceBytes = 5): Promise<string> {
  const pieces = Array.from({ length: Math.ceil(source.length / pieceBytes) }, (_, index) =>
    source.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  const input = await openInput('-', Readable.from(pieces, { objectMode: false }));
  const parts: Buffer[] = [];
  for await (const part of input.stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('a gzip file is inflated, even with several members, and even from a pipe', async () => {
  assert.equal(await bytesOf(gzipSync('a,b\n1,2\n')), 'a,b\n1,2\n');
  assert.equal(await bytesOf(Buffer.concat([gzipSync('a\n'), gzipSync('b\n')])), 'a\nb\n');
  assert.equal(await bytesOf(Buffer.from('a')), 'a');
  assert.equal(await bytesOf(Buffer.alloc(0)), '');
  const long = randomBytes(300_000).toString('hex');
  assert.equal(await bytesOf(gzipSync(long), 65_536), long);
});

test('compressed data that are cut off or broken, and other kinds of files, are reported as such', async () => {
  const whole = gzipSync(randomBytes(1_000));
  await assert.rejects(bytesOf(whole.subarray(0, 500)), /the compressed data are broken or cut off/);
  await assert.rejects(
    bytesOf(Buffer.concat([whole.subarray(0, 20), randomBytes(500)])),
    /broken or cut off/,
  );
  for (const [beginning, advice] of [
    ['PK\u0003\u0004rest', /ZIP archive or an Excel workbook/],
    ['PAR1rest', /Parquet/],
    ['\u00ff\u00fea\u0000', /UTF-16/],
    ['\u0028\u00b5\u002f\u00fd', /zstd/],
  ] as const)
    await assert.rejects(bytesOf(Buffer.from(beginning, 'latin1')), advice);
});

test('closing the input ends the reading of a silent pipe', async () => {
  for (const beginning of ['', 'a', 'a,b\n1', gzipSync('a').subarray(0, 12)]) {
    const silent = new PassThrough();
    const input = await openInput('-', silent);
    if (beginning.length > 0) silent.write(beginning);
    const read = (async () => {
      for await (const _ of input.stream) setImmediate(() => input.close());
    })();
    setImmediate(() => input.close());
    await read.catch(() => undefined);
    assert.equal(silent.destroyed, true);
  }
});

async function dialect(text: string, given?: string) {
  const found = await csvDialect(
    Readable.from([Buffer.from(text.slice(0, 2)), Buffer.from(text.slice(2))]),
    given,
  );
  const parts: Buffer[] = [];
  for await (const part of found.chunks) parts.push(part);
  return [found.delimiter, found.skippedBytes, Buffer.concat(parts).toString()];
}

test('the delimiter is the one that the file states, otherwise the most frequent one in its header', async () => {
  assert.deepEqual(await dialect('a,b\n1,2\n'), [',', 0, 'a,b\n1,2\n']);
  assert.deepEqual(await dialect('a\tb;c\td\n'), ['\t', 0, 'a\tb;c\td\n']);
  assert.deepEqual(await dialect('a;b\n'), [';', 0, 'a;b\n']);
  assert.deepEqual(await dialect('a|b\n'), ['|', 0, 'a|b\n']);
  assert.deepEqual(await dialect('"a;b;c",d\n'), [',', 0, '"a;b;c",d\n']);
  assert.deepEqual(await dialect('\uFEFFsep=;\r\na,b;c\r\n'), [';', 10, 'a,b;c\r\n']);
  assert.deepEqual(await dialect('sep=|\na|b'), ['|', 6, 'a|b']);
  assert.deepEqual(await dialect('a,b;c\n', ';'), [';', 0, 'a,b;c\n']);
  assert.deepEqual(await dialect('only'), [',', 0, 'only']);
});

test('a file without read permission is reported by name', { skip: process.getuid?.() !== 0 }, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'billonce-input-'));
  t.after(async () => await rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const file = path.join(folder, 'usage.csv');
  await writeFile(file, 'a,b\n', { mode: 0 });
  process.seteuid?.(65_534);
  try {
    await assert.rejects(openInput(file, new PassThrough()), /cannot read .*usage\.csv: permission denied/);
  } finally {
    process.seteuid?.(0);
  }
});
