import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ApiError } from '../api-error.ts';
import { BodyRoom } from './body-room.ts';
import { readBody } from './read-body.ts';

const isGone = (error: unknown) => error instanceof ApiError && error.code === 'invalid_request';

test('a body whose client left before it was read takes no room, and no one waits for it', async () => {
  const room = new BodyRoom(1_000_000);
  const stream = new PassThrough();
  stream.destroy();
  // After this, the stream emits no further event.
  await new Promise((resolve) => stream.once('close', resolve));
  const bounds = {
    bytesMax: 1_000_000,
    announced: 500_000,
    place: room.place('acme'),
    turn: async () => undefined,
  };
  await assert.rejects(readBody(stream, bounds), isGone);
  assert.equal(room.bytes, 0);
});

test('each turn reads a small part of large bodies, and small bodies as a whole', async () => {
  let turns = 0;
  const turn = () => {
    turns += 1;
    return Promise.resolve();
  };
  const room = new BodyRoom(64_000_000);
  const read = async (parts: number, partBytes: number) => {
    turns = 0;
    const stream = new PassThrough({ highWaterMark: 1_000_000 });
    const bounds = { bytesMax: 8_000_000, announced: undefined, place: room.place('acme'), turn };
    const reading = readBody(stream, bounds);
    for (let sent = 0; sent < parts; sent++) stream.write(Buffer.alloc(partBytes));
    stream.end();
    assert.equal((await reading).length, parts * partBytes);
    return turns;
  };
  assert.equal(await read(3, 16_384), 0);
  assert.equal(await read(40, 16_384), 10);
  assert.equal(await read(16_384, 16), 4);
});

test('a body of more than 1,024 parts of a few bytes each is refused', async () => {
  const room = new BodyRoom(64_000_000);
  const stream = new PassThrough({ highWaterMark: 1_000_000 });
  const turn = async () => undefined;
  const reading = readBody(stream, {
    bytesMax: 8_000_000,
    announced: undefined,
    place: room.place('acme'),
    turn,
  });
  for (let sent = 0; sent < 1_025; sent++) stream.write(Buffer.from('xx'));
  await assert.rejects(reading, { code: 'invalid_request', message: /too many small chunks/ });
});
