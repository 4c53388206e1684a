import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisCluster, startRedisCluster } from '../../../test/harness/redis-cluster.ts';
import { redisDrivers } from '../../../test/harness/redis-drivers.ts';
import {
  claimFree,
  claimTogether,
  someClaim,
  someCompletion,
  someSlot,
} from '../../../test/harness/some-claim.ts';
import type { Slot } from '../../core/store.ts';
import { redisStore } from '../redis.ts';

/** The first of three masters has the slots below. */
const firstNodeSlots = 5462;

describe('redisStore on a cluster of three masters', () => {
  let cluster: RedisCluster;
  let firstNode: Redis;
  before(async () => {
    cluster = await startRedisCluster();
    firstNode = new Redis(cluster.nodes[0]?.port ?? 0, '127.0.0.1');
  });
  after(async () => {
    firstNode.disconnect();
    await cluster.stop();
  });

  for (const driver of redisDrivers) {
    test(`by ${driver.name}, of 50 claims of one slot by two clients exactly one takes the lease`, async (t) => {
      const stores = await Promise.all(
        [1, 2].map(async () => {
          const opened = await driver.openCluster(cluster);
          t.after(() => opened.close());
          return redisStore({ client: opened.client });
        }),
      );
      const claims = await claimTogether(50, stores, someSlot());
      assert.equal(claims.length, 50);
      assert.equal(claims.filter((claim) => claim?.kind === 'claimed').length, 1);
    });

    test(`by ${driver.name}, records spread over the masters, each with its answer, and no script is refused`, async (t) => {
      const opened = await driver.openCluster(cluster);
      t.after(() => opened.close());
      const prefix = `${driver.name}:`;
      const store = redisStore({ client: opened.client, prefix });
      for (let at = 0; at < 60; at++) {
        const slot = someSlot();
        await store.complete(slot, await claimFree(store, slot), someCompletion());
      }
      for (const { port } of cluster.nodes) {
        const node = new Redis(port, '127.0.0.1');
        t.after(() => node.disconnect());
        const keys = await node.keys(`${prefix}{*`);
        const answers = keys.filter((key) => key.endsWith(':answer'));
        assert.ok(answers.length > 0);
        assert.equal(keys.length, answers.length * 2);
        assert.doesNotMatch(await node.info('errorstats'), /CROSSSLOT/);
      }
    });
  }

  test('a cluster that looks like one server is recognized, and the tokens still grow', async () => {
    // Like a cluster that is reached through a proxy: this client knows only one server.
    const prefix = await whatLiesOnFirstNode(
      () => `${crypto.randomUUID()}:`,
      (text) => `${text}fencing-token`,
    );
    const store = redisStore({ client: firstNode, prefix });
    const tokens: number[] = [];
    for (let at = 0; at < 3; at++) {
      const slot = await whatLiesOnFirstNode(someSlot, keyOf);
      const token = await claimFree(store, slot);
      tokens.push(token);
      assert.equal(await store.complete(slot, token, someCompletion()), true);
      assert.equal((await store.claim(slot, someClaim())).kind, 'found');
    }
    assert.deepEqual(
      tokens,
      tokens.toSorted((one, other) => one - other),
    );
  });

  async function whatLiesOnFirstNode<T>(make: () => T, nameOf: (made: T) => string): Promise<T> {
    for (;;) {
      const made = make();
      if (Number(await firstNode.call('cluster', 'keyslot', nameOf(made))) < firstNodeSlots) return made;
    }
  }
});

function keyOf({ scope, key }: Slot): string {
  return `{${scope}:${key}}`;
}
