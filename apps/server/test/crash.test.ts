import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import {
  assertExactlyOnce,
  type Essence,
  registerServices,
  Workload,
  writeUntilKilled,
} from './harness/workload.ts';

const kills = rounds({ test: 3, prove: 150 });

test(`a server that is killed ${kills} times under load loses nothing and bills nothing twice`, async (t) => {
  const random = seededRandom(t);
  const workload = new Workload(random);
  const acknowledged = new Map<string, Essence>();
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  for (let life = 0; life < kills; life++) {
    const server = await startProcess(t, environment);
    const api = apiAt(server.url);
    await registerServices(api);
    const load = writeUntilKilled(api, workload, acknowledged);
    await passing(random.below(250));
    await server.stop('SIGKILL');
    await load;
  }
  const { writes } = workload;
  t.diagnostic(`${writes.length} writes, ${acknowledged.size} of them acknowledged before a kill`);
  const server = await startProcess(t, environment);
  const unheard = await assertExactlyOnce(apiAt(server.url), workload, acknowledged);
  t.diagnostic(`${unheard} took effect although the kill kept their answer from arriving`);
  withstood(
    'killed_under_load',
    `${kills} kills, ${figure(writes.length)} writes, ${figure(acknowledged.size)} acknowledged before a kill, ${figure(unheard)} committed without an answer`,
  );
});
