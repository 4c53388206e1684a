import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { IdempotencyStore, Slot } from '../../src/core/store.ts';
import { redisStore } from '../../src/stores/redis.ts';
import {
  type RedisCluster,
  startReplicatedRedisCluster,
  untilPromoted,
  untilReplicated,
  withClient,
} from '../harness/redis-cluster.ts';
import { redisDrivers } from '../harness/redis-drivers.ts';
import { claimFree, someClaim, someCompletion, someSlot } from '../harness/some-claim.ts';

/** The first of three masters has the slots below. */
const firstMasterSlots = 5462;
/** Longer than a fail-over takes. An operation without an answer by then counts as not acknowledged. */
const giveUpMs = 20_000;

describe('A store that waits for a replica, if slots have moved to another master than its driver knows', () => {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startReplicatedRedisCluster();
  });
  after(() => cluster.stop());

  // Each moves the slots of a different master: for the same one, the masters vote again only after some time.
  for (const [at, driver] of redisDrivers.entries()) {
    test(`follows them: ${driver.name}`, async (t) => {
      const { client, close } = await driver.openCluster(cluster);
      t.after(() => close());
      const store = redisStore({ client, replicas: 1, replicationTimeoutMs: 10_000 });
      const slots = Array.from({ length: 30 }, someSlot);
      const leased = await Promise.all(
        slots.map(async (slot) => [slot, await claimFree(store, slot)] as const),
      );
      await makeMaster(at);
      for (const [slot, token] of leased)
        assert.equal(await store.complete(slot, token, someCompletion()), true);
      for (const slot of slots) assert.equal((await store.claim(slot, someClaim())).kind, 'found');
      for (const slot of Array.from({ length: 30 }, someSlot)) await claimFree(store, slot);
    });
  }

  /** A manual fail-over, which loses nothing: replica and master swap roles. */
  async function makeMaster(at: number): Promise<void> {
    const [master, replica] = [cluster.nodes[at], cluster.replicas[at]];
    assert.ok(master !== undefined && replica !== undefined);
    await withClient(replica, (client) => client.call('cluster', 'failover'));
    await untilPromoted(replica);
    await untilReplicated(replica, master);
  }
});

describe('A master that stops, is failed over, and continues as before', {
  concurrency: 2,
}, () => {
  for (const driver of redisDrivers.filter(({ name }) => !name.includes('pipelining'))) {
    test(`acknowledges nothing that its successor does not have: ${driver.name}`, async (t) => {
      const cluster = await startReplicatedRedisCluster();
      t.after(() => cluster.stop());
      const { client, close } = await driver.openCluster(cluster);
      t.after(() => close());
      const store = redisStore({ client, replicas: 1, replicationTimeoutMs: 2000 });
      const slots = Array.from({ length: 60 }, someSlot);
      const leased = await Promise.all(
        slots.map(async (slot) => [slot, await claimFree(store, slot)] as const),
      );
      const [master, replica] = [cluster.nodes[0], cluster.replicas[0]];
      assert.ok(master !== undefined && replica !== undefined);
      process.kill(master.pid, 'SIGSTOP');
      // Commands sent to it wait in its sockets, and it reads them first when it continues.
      const completions = leased.map(([slot, token]) => acknowledges(store, slot, token));
      await untilPromoted(replica);
      process.kill(master.pid, 'SIGCONT');
      const outcomes = await Promise.all(completions);
      await untilReplicated(replica, master);
      const acknowledged = slots.filter((_, at) => outcomes[at]);
      assert.ok(acknowledged.length > 0);
      await withClient(replica, async (successor) => {
        const successors = redisStore({ client: successor });
        for (const slot of acknowledged) {
          if (!(await liesOnFirst(successor, slot))) continue;
          assert.equal((await successors.inspect(slot))?.record.kind, 'completed');
        }
      });
    });
  }
});

/**
 * Whether a completion is acknowledged. A driver may never give up a command whose master was lost, so this has a time
 * limit, like a request.
 */
async function acknowledges(store: IdempotencyStore, slot: Slot, token: number): Promise<boolean> {
  try {
    const completion = Promise.resolve(store.complete(slot, token, someCompletion()));
    return await Promise.race([completion, pause(giveUpMs, false, { ref: false })]);
  } catch {
    return false;
  }
}

async function liesOnFirst(client: Redis, { scope, key }: Slot): Promise<boolean> {
  return Number(await client.call('cluster', 'keyslot', `{${scope}:${key}}`)) < firstMasterSlots;
}
