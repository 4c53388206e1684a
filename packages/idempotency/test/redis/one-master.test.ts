import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClientPool } from 'redis';
import { redisStore } from '../../src/stores/redis.ts';
import { type RedisServer, startRedis } from '../harness/redis.ts';
import { cutReplication, mendReplication, untilReplicated, withClient } from '../harness/redis-cluster.ts';
import { type RedisDriver, redisDrivers } from '../harness/redis-drivers.ts';
import { claimFree, someClaim, someCompletion, someSlot } from '../harness/some-claim.ts';

type OneServerDriver = Pick<RedisDriver, 'name' | 'open'>;

const pool: OneServerDriver = {
  name: 'a pool of node-redis',
  async open({ url }) {
    const client = createClientPool({ url }, { minimum: 3 });
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

describe('A store that waits for a replica, on one master', () => {
  let master: RedisServer;
  let replica: RedisServer;
  before(async () => {
    [master, replica] = await Promise.all([startRedis(), startRedis(['--repl-diskless-sync-delay', '0'])]);
    await withClient(replica, (client) => client.replicaof('127.0.0.1', master.port));
    await untilReplicated(master, replica);
  });
  after(() => Promise.all([master.stop(), replica.stop()]));

  for (const driver of [...redisDrivers, pool]) {
    test(`returns what the replica has, and rejects without it: ${driver.name}`, async (t) => {
      const { client, close } = await driver.open(master);
      t.after(() => close());
      const storeThatWaits = (replicationTimeoutMs: number) =>
        redisStore({ client, replicas: 1, replicationTimeoutMs });
      // A working replica may be slow on a busy machine. A disconnected one never answers.
      const store = storeThatWaits(60_000);
      const impatient = storeThatWaits(50);
      const answer = Uint8Array.from({ length: 256 }, (_, at) => at);
      const slot = someSlot();
      const token = await claimFree(store, slot);
      assert.equal(await store.renew(slot, token, 60_000), true);
      assert.equal(await store.complete(slot, token, someCompletion({ answer })), true);
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
      assert.deepEqual(Uint8Array.from(Buffer.from(record.answer.response)), answer);
      await cutReplication(master, replica);
      await assert.rejects(async () => await impatient.claim(slot, someClaim()), /0 of 1 replicas/);
      await assert.rejects(async () => await impatient.claim(someSlot(), someClaim()), /0 of 1 replicas/);
      await mendReplication(master, replica);
      assert.equal((await store.claim(slot, someClaim())).kind, 'found');
    });
  }
});
