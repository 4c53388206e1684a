import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiAt } from './harness/api.ts';
import { sendAtOnce } from './harness/at-once.ts';
import { kindsAtOnce } from './harness/at-once-kinds.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';

const runs = rounds({ test: 1, prove: 20 });
const writes = rounds({ test: 120, prove: 500 });
const enoughFor = rounds({ test: 30, prove: 100 });
const kills = rounds({ test: 1, prove: 2 });
const withstoodKinds: string[] = [];

for (const kind of kindsAtOnce) {
  test(`exactly ${enoughFor} of ${writes} ${kind.name} are accepted by a server that is killed, ${runs} times`, async (t) => {
    const random = seededRandom(t);
    for (let run = 0; run < runs; run++) {
      const environment = { DATABASE_URL: await emptyDatabase(t) };
      let server = await startProcess(t, environment);
      await kind.prepare(apiAt(server.url), enoughFor);
      const sending = sendAtOnce(kind, () => apiAt(server.url), writes);
      // Every second run is not interrupted, so that the writes coincide more often.
      for (let kill = 0; kill < (run % 2 === 0 ? kills : 0); kill++) {
        await passing(random.below(150));
        await server.stop('SIGKILL');
        server = await startProcess(t, environment);
      }
      const api = apiAt(server.url);
      assert.equal(await sending, enoughFor);
      // Retrying everything gives the same answers, and changes nothing.
      assert.equal(await sendAtOnce(kind, () => api, writes), enoughFor);
      await kind.assertRight(api, enoughFor);
      await server.stop('SIGKILL');
    }
    withstoodKinds.push(kind.name);
    if (withstoodKinds.length < kindsAtOnce.length) return;
    const kinds = `${withstoodKinds.join(', ')}: each ${runs} times ${writes} at once where ${enoughFor} are enough`;
    withstood('at_once', kinds);
  });
}
