import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { sendAtOnce } from './at-once.ts';
import type { AtOnceKind } from './at-once-kinds.ts';
import { migratedPostgres } from './database.ts';
import { type AttackId, withstood } from './proofs.ts';
import { rounds } from './rounds.ts';
import { seededRandom } from './seeded-random.ts';
import { ServerProcesses } from './server-processes.ts';

const writes = rounds({ test: 120, prove: 500 });
const enoughFor = rounds({ test: 30, prove: 100 });
const kills = rounds({ test: 1, prove: 2 });
const instanceCount = 3;

/**
 * Tests writes at three instances on one database, some of which are killed during the writes. The results of all kinds
 * are recorded as one attack.
 */
export function testAtInstances(kinds: readonly AtOnceKind[], runs: number, attack: AttackId): void {
  const withstoodKinds: string[] = [];
  for (const kind of kinds) {
    test(`exactly ${enoughFor} of ${writes} ${kind.name} are accepted by three instances, of which some are killed, ${runs} times`, async (t) => {
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
        await kind.prepare(instances.api(0), enoughFor);
        // The last instance is never killed, so that one can always be reached.
        const apiFor = (number: number) => {
          const apis = instances.apis();
          return apis[number % apis.length] ?? instances.api(instanceCount - 1);
        };
        const sending = sendAtOnce(kind, apiFor, writes);
        for (let kill = 0; kill < kills; kill++) {
          await passing(random.below(100));
          await instances.kill(kill);
          await instances.start(kill);
        }
        assert.equal(await sending, enoughFor);
        // Retrying everything at any instance gives the same answers, and changes nothing.
        assert.equal(await sendAtOnce(kind, apiFor, writes), enoughFor);
        await kind.assertRight(instances.api(0), enoughFor);
        for (let at = 0; at < instanceCount; at++) await instances.kill(at);
      }
      withstoodKinds.push(kind.name);
      if (withstoodKinds.length < kinds.length) return;
      const names = withstoodKinds.join(', ');
      withstood(attack, `${names}: each ${runs} times ${writes} at once where ${enoughFor} are enough`);
    });
  }
}
