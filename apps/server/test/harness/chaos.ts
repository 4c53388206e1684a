import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { sendUntilAnswered } from './retrying.ts';
import type { Random } from './seeded-random.ts';
import type { StruckInstances } from './struck-instances.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from './workload.ts';

const clients = 24;

/** Strikes so many times while clients write, and asserts that every write took effect once; returns how many writes there were. */
export async function assertOnceUnderBlows(
  t: TestContext,
  world: StruckInstances,
  random: Random,
  blows: number,
): Promise<number> {
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
  return acknowledged.size;
}
