// Kills nodes while servers write, on a Citus that the tests start.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersOf,
  beginAll,
  distributed,
  eachMore,
  endAndAssertOnce,
  skipWithoutCitus,
} from '../harness/distributed.ts';

test('if a worker is killed, only its tenants get 503, and when it is back every write is billed once', {
  skip: skipWithoutCitus,
}, async (t) => {
  const { left, onLeft, onRight, loads } = await distributed(t);
  beginAll(loads);
  await eachMore(loads, 10);
  await left.kill();
  answersOf(loads);
  await eachMore(onRight, 100);
  await Promise.all(onLeft.map((load) => load.untilAnswered(503)));
  const [ofLeft, ofRight] = [answersOf(onLeft), answersOf(onRight)];
  t.diagnostic(
    `while a worker was down: its tenants ${JSON.stringify(ofLeft)}, the others ${JSON.stringify(ofRight)}`,
  );
  for (const answers of ofRight) assert.ok(Object.keys(answers).every((status) => Number(status) < 300));
  await left.start();
  await eachMore(loads, 10);
  await endAndAssertOnce(t, loads);
});

test("if a worker's synchronous standby is promoted under load, only its tenants get 503, and every write is billed once", {
  skip: skipWithoutCitus,
}, async (t) => {
  const { cluster, left, onLeft, onRight, loads } = await distributed(t);
  const standby = await left.standby(t, 'standby_one');
  await left.query('ALTER SYSTEM SET synchronous_standby_names = standby_one');
  await left.query('SELECT pg_reload_conf()');
  await left.untilSynchronous();
  beginAll(loads);
  await eachMore(loads, 30);
  await left.kill();
  answersOf(loads);
  await Promise.all(onLeft.map((load) => load.untilAnswered(503)));
  await standby.promote();
  await cluster.replace(left, standby);
  await eachMore(loads, 30);
  const [ofLeft, ofRight] = [answersOf(onLeft), answersOf(onRight)];
  t.diagnostic(
    `since a worker was killed: its tenants ${JSON.stringify(ofLeft)}, the others ${JSON.stringify(ofRight)}`,
  );
  for (const answers of ofRight) assert.ok(Object.keys(answers).every((status) => Number(status) < 300));
  await endAndAssertOnce(t, loads);
});

test('if the coordinator is killed, no write is lost or billed twice', {
  skip: skipWithoutCitus,
}, async (t) => {
  const { cluster, loads } = await distributed(t);
  beginAll(loads);
  await eachMore(loads, 10);
  await cluster.coordinator.kill();
  answersOf(loads);
  await Promise.all(loads.map((load) => load.untilAnswered(503)));
  await cluster.coordinator.start();
  await eachMore(loads, 10);
  t.diagnostic(`since the coordinator was killed: ${JSON.stringify(answersOf(loads))}`);
  await endAndAssertOnce(t, loads);
});
