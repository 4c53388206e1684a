import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { assertHeld, fund, holdAtOnce } from './harness/held-at-once.ts';
import { startProcess } from './harness/process.ts';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';

const runs = rounds({ test: 1, prove: 20 });
const holds = rounds({ test: 120, prove: 500 });
const enoughFor = rounds({ test: 30, prove: 100 });

test(`of ${holds} holds at once on a balance for ${enoughFor}, exactly ${enoughFor} are accepted, ${runs} times`, async (t) => {
  for (let run = 0; run < runs; run++) {
    const server = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
    const api = apiAt(server.url);
    await fund(api, enoughFor);
    assert.equal(await holdAtOnce(() => api, holds), enoughFor);
    await assertHeld(api, { holds, enoughFor });
    await server.stop('SIGTERM');
  }
  withstood('holds_at_once', `${runs} × ${holds} holds on a balance for ${enoughFor}`);
});

test('a server that is killed during holds has accepted exactly as many as there was enough for', async (t) => {
  const random = seededRandom(t);
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  let server = await startProcess(t, environment);
  await fund(apiAt(server.url), enoughFor);
  const sending = holdAtOnce(() => apiAt(server.url), holds);
  for (let kill = 0; kill < 3; kill++) {
    await passing(random.below(150));
    await server.stop('SIGKILL');
    server = await startProcess(t, environment);
  }
  assert.equal(await sending, enoughFor);
  await assertHeld(apiAt(server.url), { holds, enoughFor });
});
