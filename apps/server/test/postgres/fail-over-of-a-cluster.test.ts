// Makes a running cluster fail over under load. The address of the cluster does not change.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { promisify } from 'node:util';
import { emptyPostgres } from '../harness/database.ts';
import { sendUntilAnswered } from '../harness/retrying.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from '../harness/workload.ts';

const command = process.env['BILLONCE_TEST_FAILOVER'];
const isThere = command !== undefined && process.env['BILLONCE_TEST_POSTGRES'] !== undefined;
const skip = isThere
  ? false
  : 'not run: BILLONCE_TEST_FAILOVER has no command that ends the primary of the cluster at BILLONCE_TEST_POSTGRES';
const clients = 24;
const writesEach = 500;

test('if the primary of a cluster ends under load, nothing acknowledged is lost and nothing is billed twice', {
  skip,
}, async (t) => {
  const random = seededRandom(t);
  const environment = { DATABASE_URL: await emptyPostgres(), LOG_LEVEL: 'silent' };
  const instances = new ServerProcesses(t, [environment, environment]);
  await instances.startAll();
  await registerServices(instances.api(0));
  const workload = new Workload(random);
  const acknowledged = new Map<string, Essence>();
  const pauses = { lastMs: performance.now(), longestMs: 0 };
  let isOver = false;
  const load = inParallel(
    clients,
    () => (isOver ? undefined : workload.next()),
    async (write) => {
      const answer = await sendUntilAnswered(instances.apis, write, random);
      assert.ok(answer.status < 300, `${write.key}: ${answer.text}`);
      acknowledged.set(write.key, essence(answer));
      const nowMs = performance.now();
      pauses.longestMs = Math.max(pauses.longestMs, nowMs - pauses.lastMs);
      pauses.lastMs = nowMs;
    },
  );
  while (acknowledged.size < writesEach) await passing(10);
  const usualMs = pauses.longestMs;
  await promisify(execFile)('sh', ['-c', command ?? '']);
  const before = acknowledged.size;
  while (acknowledged.size < before + writesEach) await passing(10);
  isOver = true;
  await load;
  t.diagnostic(
    `${before} writes acknowledged before the fail-over, ${acknowledged.size - before} after it; ` +
      `none for ${(pauses.longestMs / 1_000).toFixed(1)} s at the longest, and for ${(usualMs / 1_000).toFixed(1)} s before it`,
  );
  for (const api of instances.apis()) await assertExactlyOnce(api, workload, acknowledged);
});
