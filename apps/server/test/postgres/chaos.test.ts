import { test } from 'node:test';
import { assertOnceUnderBlows } from '../harness/chaos.ts';
import { figure, withstood } from '../harness/proofs.ts';
import { rounds } from '../harness/rounds.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { StruckInstances } from '../harness/struck-instances.ts';

const blows = rounds({ test: 6, prove: 250 });

test('with three instances, and a network and a database that fail at random, every key is billed once', async (t) => {
  const random = seededRandom(t);
  const writes = await assertOnceUnderBlows(t, await StruckInstances.start(t), random, blows);
  withstood('instances_struck', `${blows} strikes, ${figure(writes)} writes`);
});
