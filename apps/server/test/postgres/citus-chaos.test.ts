// On a Citus that the test starts itself: instances, a network and nodes fail at random.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

import { test } from 'node:test';
import { assertOnceUnderBlows } from '../harness/chaos.ts';
import { CitusCluster } from '../harness/citus-cluster.ts';
import { skipWithoutCitus } from '../harness/distributed.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { StruckInstances } from '../harness/struck-instances.ts';

/** Each kind of strike once. */
const blows = 10;

test('with three instances on Citus, and a network and nodes that fail at random, every key is billed once', {
  skip: skipWithoutCitus,
}, async (t) => {
  const random = seededRandom(t);
  const cluster = await CitusCluster.start(t);
  const workers = await cluster.extend(t);
  const world = await StruckInstances.start(t, { database: cluster.coordinator, workers });
  await assertOnceUnderBlows(t, world, random, blows);
});
