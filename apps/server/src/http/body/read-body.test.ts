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
  const bounds = { bytesMax: 1_000_000, announced: 500_000, place: room.place('acme') };
  await assert.rejects(readBody(stream, bounds), isGone);
  assert.equal(room.bytes, 0);
});
