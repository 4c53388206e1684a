import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { ExportStream } from './export-stream.ts';

const partBytes = 64 * 1024;
const wholeMs = 3_600_000;

test('an unread export produces two parts, and the third only after the client took the first', async () => {
  let made = 0;
  async function* parts(): AsyncGenerator<string> {
    for (;;) {
      made += 1;
      yield 'x'.repeat(partBytes);
    }
  }
  const stream = new ExportStream(parts(), wholeMs);
  let take = (): void => {};
  const client = new Writable({
    highWaterMark: 16 * 1024,
    write: (_chunk, _encoding, taken) => {
      take = taken;
    },
  });
  stream.pipe(client);
  const settle = async () => {
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  assert.equal(made, 2);
  assert.ok(stream.readableLength + client.writableLength <= 2 * partBytes);
  take();
  await settle();
  assert.equal(made, 3);
  assert.ok(stream.readableLength + client.writableLength <= 2 * partBytes);
  stream.destroy();
});

test('an error while producing a part breaks the export off', async () => {
  async function* parts(): AsyncGenerator<string> {
    yield 'the head';
    throw new Error('a fault');
  }
  const read = async () => {
    let text = '';
    for await (const chunk of new ExportStream(parts(), wholeMs)) text += chunk;
    return text;
  };
  await assert.rejects(read(), /a fault/);
});
