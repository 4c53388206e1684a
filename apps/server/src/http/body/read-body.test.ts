import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ApiError } from '../api-error.ts';
import { BodyRoom } from './body-room.ts';
import { readBody } from './read-body.ts';

const isGone = (error: unknown) => error instanceof ApiError && error.code === 'invalid_request';

test('a body whose client left before it was read takes no room, and is not waited for', async () => {
  const room = new BodyRoom(1_000_000);
  const stream = new PassThrough();
  stream.destroy();
  // Its last event has been.
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

test('of large bodies one part is read in each turn, and of small ones all', async () => {
  const part = Buffer.alloc(16_384);
  let turns = 0;
  const turn = () => {
    turns += 1;
    return Promise.resolve();
  };
  const room = new BodyRoom(64_000_000);
  const read = async (parts: number) => {
    const stream = new PassThrough();
    const bounds = { bytesMax: 8_000_000, announced: undefined, place: room.place('acme'), turn };
    const reading = readBody(stream, bounds);
    for (let sent = 0; sent < parts; sent++) stream.write(part);
    stream.end();
    return (await reading).length;
  };
  assert.equal(await read(4), 65_536);
  assert.equal(turns, 0);
  assert.equal(await read(40), 655_360);
  assert.ok(turns >= 30, `${turns} turns`);
});
