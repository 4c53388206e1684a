import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { figure, withstood } from '../harness/proofs.ts';
import { sendUntilAnswered } from '../harness/retrying.ts';
import { rounds } from '../harness/rounds.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { StruckInstances } from '../harness/struck-instances.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from '../harness/workload.ts';

const blows = rounds({ test: 6, prove: 250 });
const clients = 24;

test('with three instances, and a network and a database that fail at random, every key is billed once', async (t) => {
  const random = seededRandom(t);
  const world = await StruckInstances.start(t);
  const [first] = world.apis();
  assert.ok(first);
  await registerServices(first);
  const workload = new Workload(random);
  const acknowledged = new Map<string, Essence>();
  let isOver = false;
  const load = inParallel(
    clients,
    () => (isOver ? undefined : workload.next()),
    async (write) => {
      const answer = await sendUntilAnswered(world.apis, write, random);
      assert.ok(answer.status < 300, `${write.key}: ${answer.text}`);
      acknowledged.set(write.key, essence(answer));
    },
  );
  const struck = new Map<string, number>();
  for (let blow = 0; blow < blows; blow++) {
    await passing(random.below(300));
    const what = await world.strike(random);
    struck.set(what, (struck.get(what) ?? 0) + 1);
  }
  isOver = true;
  world.calm();
  await load;
  t.diagnostic(
    `${acknowledged.size} writes; ${[...struck].map(([what, count]) => `${what} ${count} x`).join(', ')}`,
  );
  assert.equal(acknowledged.size, workload.writes.length);
  for (const api of world.apis()) await assertExactlyOnce(api, workload, acknowledged);
  withstood('instances_struck', `${blows} strikes, ${figure(acknowledged.size)} writes`);
});
