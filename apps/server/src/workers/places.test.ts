// Law L3 for webhooks, checked by counting places: no tenant and no slow receiver takes the places of others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Place, Places } from './places.ts';

const quickMs = 5;
const slowMs = 1_000;

/** Takes every place that a webhook may use. */
function takeAll(places: Places, tenant: string, webhookId: string): Place[] {
  return Array.from({ length: places.free(tenant, webhookId) }, () => places.take(tenant, webhookId));
}

test('a quick webhook doubles its share up to eight, and one slow answer takes it down to one', () => {
  const places = new Places();
  const shares = [places.free('one', 'a')];
  for (let answer = 0; answer < 3; answer++) {
    places.held('a', quickMs, true);
    shares.push(places.free('one', 'a'));
  }
  assert.deepEqual(shares, [2, 4, 8, 8]);
  places.held('a', slowMs, true);
  assert.equal(places.free('one', 'a'), 1);
  places.held('a', quickMs, true);
  assert.equal(places.free('one', 'a'), 2);
});

test('a webhook that refuses messages has one place, however quickly it answers, until it accepts one', () => {
  const places = new Places();
  for (let answer = 0; answer < 3; answer++) places.held('a', quickMs, true);
  places.held('a', quickMs, false);
  assert.deepEqual([places.free('one', 'a'), places.isFailing('a')], [1, true]);
  for (let number = 0; number < 16; number++) places.held(`h${number}`, quickMs, false);
  const held = Array.from({ length: 16 }, (_, number) => takeAll(places, 'hostile', `h${number}`)).flat();
  assert.equal(held.length, 4);
  places.held('a', quickMs, true);
  assert.deepEqual([places.free('one', 'a'), places.isFailing('a')], [2, false]);
});

test('sixteen webhooks of one tenant that hang hold four places', () => {
  const places = new Places();
  const held = Array.from({ length: 16 }, (_, number) => takeAll(places, 'hostile', `h${number}`)).flat();
  assert.equal(held.length, 4);
  for (const place of held) place.release();
  for (let number = 0; number < 16; number++) places.held(`h${number}`, slowMs, true);
  const again = Array.from({ length: 16 }, (_, number) => takeAll(places, 'hostile', `h${number}`)).flat();
  assert.equal(again.length, 4);
});

test('sixteen quick webhooks of one tenant hold a quarter of all places', () => {
  const places = new Places();
  let held = 0;
  for (let number = 0; number < 16; number++) {
    for (let answer = 0; answer < 3; answer++) places.held(`h${number}`, quickMs, true);
    held += takeAll(places, 'busy', `h${number}`).length;
  }
  assert.equal(held, 16);
  assert.equal(places.free('other', 'new'), 2);
});

test('webhooks that hang, of any number of tenants, leave half of the places to quick webhooks', () => {
  const places = new Places();
  places.held('honest', quickMs, true);
  let held = 0;
  for (let tenant = 0; tenant < 100; tenant++) {
    for (let number = 0; number < 16; number++) {
      held += takeAll(places, `hostile-${tenant}`, `h${tenant}-${number}`).length;
    }
  }
  assert.equal(held, 32);
  assert.equal(places.free('other', 'honest'), 4);
});

test('webhooks that are known to hang, of any number of tenants, leave places for a webhook that was not tried yet', () => {
  const places = new Places();
  let held = 0;
  for (let tenant = 0; tenant < 100; tenant++) {
    places.held(`h${tenant}`, slowMs, tenant % 2 === 0);
    held += takeAll(places, `hostile-${tenant}`, `h${tenant}`).length;
  }
  assert.equal(held, 24);
  assert.equal(places.free('new', 'new'), 2);
});

test('each place is released once, and all of them are', () => {
  const places = new Places();
  for (let round = 0; round < 100; round++) {
    const held = [...takeAll(places, 'one', 'a'), ...takeAll(places, 'a', 'one')];
    assert.equal(held.length, 4);
    for (const place of [...held, ...held]) place.release();
  }
  assert.ok(places.hasRoom);
});
