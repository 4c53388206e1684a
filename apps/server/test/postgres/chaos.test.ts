import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { PostgresNode } from '../harness/postgres-node.ts';
import { sendUntilAnswered } from '../harness/retrying.ts';
import { rounds } from '../harness/rounds.ts';
import { type Random, seededRandom } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from '../harness/workload.ts';

const blows = rounds({ test: 8, prove: 250 });
const clients = 24;
const instanceCount = 3;

interface World {
  readonly database: PostgresNode;
  readonly proxies: readonly TcpProxy[];
  readonly instances: ServerProcesses;
}

async function startWorld(t: TestContext): Promise<World> {
  const database = await PostgresNode.start(t);
  const proxies = await Promise.all(
    Array.from({ length: instanceCount }, () => TcpProxy.start(t, database.port)),
  );
  const instances = new ServerProcesses(
    t,
    proxies.map((proxy) => ({
      DATABASE_URL: proxy.through(database.url),
      DATABASE_LANES: '2',
      LOG_LEVEL: 'silent',
    })),
  );
  await instances.startAll();
  return { database, proxies, instances };
}

/** One thing that goes wrong, and is right again when it resolves. */
async function strike(
  kind: number,
  { database, proxies, instances }: World,
  random: Random,
): Promise<string> {
  const at = random.below(instanceCount);
  const proxy = random.pick(proxies);
  switch (kind) {
    case 0:
    case 1:
      await instances.kill(at);
      await instances.start(at);
      return 'an instance was killed';
    case 2:
      await database.kill();
      await passing(random.below(200));
      await database.start();
      return 'the database was killed';
    case 3:
      proxy.cutAll();
      return 'connections were cut';
    case 4:
      proxy.mode = 'silent';
      await passing(random.below(1_000));
      proxy.mode = 'pass';
      return 'an instance heard nothing of the database';
    case 5:
      proxy.mode = 'refuse';
      proxy.cutAll();
      await passing(random.below(500));
      proxy.mode = 'pass';
      return 'an instance was not let in';
    case 6:
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'billonce' AND random() < 0.5`,
      );
      return 'backends were ended';
    default:
      proxy.delayMs = random.below(40);
      return `an instance is ${proxy.delayMs} ms away`;
  }
}

const kinds = 8;

/** All kinds of blow in an order drawn at random, again and again. */
function* kindsInTurn(random: Random): Generator<number, never> {
  for (;;) {
    const left = Array.from({ length: kinds }, (_, kind) => kind);
    while (left.length > 0) yield* left.splice(random.below(left.length), 1);
  }
}

test('with three instances, and a network and a database that fail at random, every key is billed once', async (t) => {
  const random = seededRandom(t);
  const world = await startWorld(t);
  await registerServices(world.instances.api(0));
  const workload = new Workload(random);
  const acknowledged = new Map<string, Essence>();
  let isOver = false;
  const load = inParallel(
    clients,
    () => (isOver ? undefined : workload.next()),
    async (write) => {
      const answer = await sendUntilAnswered(world.instances.apis, write, random);
      assert.ok(answer.status < 300, `${write.key}: ${answer.text}`);
      acknowledged.set(write.key, essence(answer));
    },
  );
  const struck = new Map<string, number>();
  const turns = kindsInTurn(random);
  for (let blow = 0; blow < blows; blow++) {
    await passing(random.below(300));
    const what = (await strike(turns.next().value, world, random)).replace(/\d+ ms/, 'some ms');
    struck.set(what, (struck.get(what) ?? 0) + 1);
  }
  isOver = true;
  for (const proxy of world.proxies) Object.assign(proxy, { mode: 'pass', delayMs: 0 });
  await load;
  t.diagnostic(
    `${acknowledged.size} writes; ${[...struck].map(([what, count]) => `${what} ${count} x`).join(', ')}`,
  );
  assert.equal(acknowledged.size, workload.writes.length);
  for (const api of world.instances.apis()) await assertExactlyOnce(api, workload, acknowledged);
});
