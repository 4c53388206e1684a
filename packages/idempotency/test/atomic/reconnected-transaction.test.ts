import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { postgresStore } from '../../src/stores/postgres.ts';
import { startPostgres } from '../harness/postgres.ts';
import { claimFree, someCompletion, someSlot } from '../harness/some-claim.ts';

// postgres.js 3.4.9 reopens a connection under a transaction that was on it: porsager/postgres#1155.
test('An operation is not completed on a connection that is no longer that of its transaction', async () => {
  const server = await startPostgres();
  const sql = postgres(server.connectionString, { max: 1 });
  const others = postgres(server.connectionString, { onnotice: () => undefined });
  try {
    const store = postgresStore({ client: others });
    await others`CREATE TABLE effects (id integer)`;
    const slot = someSlot();
    const fencingToken = await claimFree(store, slot);

    const begun = Promise.withResolvers<number>();
    const broken = Promise.withResolvers<void>();
    const completed = Promise.withResolvers<boolean>();
    const transaction = sql.begin(async (tx) => {
      await tx`INSERT INTO effects VALUES (1)`;
      const [row] = await tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      begun.resolve(row?.pid ?? 0);
      await broken.promise;
      store
        .within(tx)
        .complete(slot, fencingToken, someCompletion())
        .then(completed.resolve, completed.reject);
      await completed.promise;
    });
    const rejected = assert.rejects(transaction);
    await others`SELECT pg_terminate_backend(${await begun.promise})`;
    await rejected;
    // Its only connection is open again.
    assert.deepEqual([...(await sql`SELECT 1 AS one`)], [{ one: 1 }]);
    broken.resolve();

    assert.notEqual(await completed.promise.catch(() => false), true);
    assert.equal((await store.inspect(slot))?.record.kind, 'leased');
    assert.deepEqual([...(await others`SELECT * FROM effects`)], []);
  } finally {
    await sql.end({ timeout: 0 });
    await others.end({ timeout: 0 });
    await server.stop();
  }
});
