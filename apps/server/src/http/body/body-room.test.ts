import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyRoom } from './body-room.ts';
import { Turns } from './turns.ts';

const mebibyte = 1_024 ** 2;

/** Returns how many bodies of a tenant are admitted if none is released. */
function fill(room: BodyRoom, lane: string, bytes: number): number {
  let count = 0;
  while (count < 10_000 && room.place(lane).reach(bytes)) count += 1;
  return count;
}

test('a single tenant takes half of the room, and another one still finds some', () => {
  const room = new BodyRoom(64 * mebibyte);
  assert.equal(fill(room, 'greedy', mebibyte), 32);
  assert.equal(fill(room, 'modest', mebibyte), 16, 'its bodies are large: a quarter is left to small ones');
  assert.equal(fill(room, 'third', 8 * mebibyte), 0);
  assert.ok(fill(room, 'fourth', 65_536) > 100, 'a small one finds room');
});

test('the largest body of a tenant has room, no matter how many others have one', () => {
  const room = new BodyRoom(64 * mebibyte);
  for (let tenant = 0; tenant < 20; tenant++) room.place(`tenant-${tenant}`).reach(1_000);
  assert.equal(room.place('large').reach(8 * mebibyte), true);
});

test('a body takes the room that it has reached, and gives all of it back once', () => {
  const room = new BodyRoom(64 * mebibyte);
  const place = room.place('acme');
  assert.equal(place.reach(1_000), true);
  assert.equal(place.reach(500), true, 'what was announced and comes takes nothing more');
  assert.equal(place.reach(3_000), true);
  assert.equal(room.bytes, 3_000);
  place.release();
  place.release();
  assert.equal(room.bytes, 0);
  assert.equal(place.reach(5_000), false, 'what is over takes no room');
});

test('slices of work take turns lane by lane, one in each turn of the loop', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const work = async (name: string, lane: string) => {
    await turns.next(lane);
    order.push(name);
    await turns.next(lane);
    order.push(name);
  };
  const others = Promise.all([work('a1', 'a'), work('a2', 'a'), work('a3', 'a'), work('b1', 'b')]);
  let loops = 0;
  while (order.length < 8) {
    const before = order.length;
    await new Promise((resolve) => setImmediate(resolve));
    loops += 1;
    assert.ok(order.length - before <= 1, 'one slice in a turn of the loop');
  }
  await others;
  assert.ok(loops >= 8);
  assert.ok(order.lastIndexOf('b1') <= 3, order.join());
});
