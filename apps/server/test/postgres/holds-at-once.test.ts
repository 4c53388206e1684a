// Holds at three instances on one database, some of which are killed in between.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { migratedPostgres } from '../harness/database.ts';
import { assertHeld, fund, holdAtOnce } from '../harness/held-at-once.ts';
import { withstood } from '../harness/proofs.ts';
import { rounds } from '../harness/rounds.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';

const runs = rounds({ test: 1, prove: 20 });
const holds = rounds({ test: 120, prove: 500 });
const enoughFor = rounds({ test: 30, prove: 100 });
const kills = 2;
const instanceCount = 3;

test(`of ${holds} holds at three instances, of which some are killed, exactly ${enoughFor} are accepted, ${runs} times`, async (t) => {
  const random = seededRandom(t);
  for (let run = 0; run < runs; run++) {
    const url = await migratedPostgres();
    const environment = {
      DATABASE_URL: url,
      DATABASE_ALLOW_UNSAFE: 'true',
      DATABASE_LANES: '2',
      LOG_LEVEL: 'silent',
    };
    const instances = new ServerProcesses(
      t,
      Array.from({ length: instanceCount }, () => environment),
    );
    await instances.startAll();
    await fund(instances.api(0), enoughFor);
    // The last one is never killed, so that there is always one to send to.
    const apiFor = (number: number) => {
      const apis = instances.apis();
      return apis[number % apis.length] ?? instances.api(instanceCount - 1);
    };
    const sending = holdAtOnce(apiFor, holds);
    for (let kill = 0; kill < kills; kill++) {
      await passing(random.below(100));
      await instances.kill(kill);
      await instances.start(kill);
    }
    assert.equal(await sending, enoughFor);
    await assertHeld(instances.api(0), { holds, enoughFor });
    for (let at = 0; at < instanceCount; at++) await instances.kill(at);
  }
  withstood(
    'holds_at_once_at_instances',
    `${runs} × ${holds} holds on a balance for ${enoughFor}, ${runs * kills} kills`,
  );
});
