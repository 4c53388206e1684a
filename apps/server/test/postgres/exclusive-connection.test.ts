import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionInTurns } from '../../src/storage/postgres/exclusive-connection.ts';
import { emptyPostgres } from '../harness/database.ts';
import { connect } from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

async function start(t: Parameters<typeof onEnd>[0]) {
  const url = await emptyPostgres();
  const client = await connect(t, url);
  await client.query('CREATE TABLE notes (n integer)');
  const connection = new ConnectionInTurns({ url, isPrepared: true });
  onEnd(t, () => connection.close());
  const notes = async () =>
    (await client.query<{ n: number }>('SELECT n FROM notes ORDER BY n')).rows.map(({ n }) => n);
  return { client, connection, notes };
}

const insertSql = 'INSERT INTO notes (n) VALUES ($1)';

test('forty callers run transactions on one connection: each is committed or rolled back separately', async (t) => {
  const { connection, notes } = await start(t);
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  const note = (n: number) =>
    connection.use((own) =>
      own.transaction(async () => {
        await own.rows(insertSql, [n]);
        if (n % 4 === 0) throw new Error(`rolled back ${n}`);
        if (n % 4 === 1) await own.rows('SELECT 1 / 0', []);
      }),
    );
  const ended = await Promise.allSettled([
    ...numbers.map(note),
    ...numbers.map((n) => connection.use((own) => own.rows(insertSql, [100 + n]))),
  ]);
  const done = numbers.filter((n) => n % 4 > 1);
  assert.deepEqual(await notes(), [...done, ...numbers.map((n) => 100 + n)]);
  const fulfilled = ended.map(({ status }) => status === 'fulfilled');
  assert.deepEqual(fulfilled, [...numbers.map((n) => n % 4 > 1), ...numbers.map(() => true)]);
});

test('a nested transaction is a misuse, and the outer one is rolled back', async (t) => {
  const { connection, notes } = await start(t);
  const nested = connection.use((own) =>
    own.transaction(async () => {
      await own.rows(insertSql, [1]);
      await own.transaction(async () => undefined);
    }),
  );
  await assert.rejects(nested, /already running/);
  assert.deepEqual(await notes(), []);
});

test('a connection that is lost in one turn is opened again for the next, and closes after all turns', async (t) => {
  const { client, connection, notes } = await start(t);
  const lost = connection.use(async (own) => {
    const [row] = await own.rows('SELECT pg_backend_pid() AS pid', []);
    await client.query('SELECT pg_terminate_backend($1)', [row?.['pid']]);
    await own.rows(insertSql, [1]);
  });
  const next = connection.use((own) => own.rows(insertSql, [2]));
  const closed = connection.close();
  await assert.rejects(lost);
  await next;
  await closed;
  assert.deepEqual(await notes(), [2]);
  await assert.rejects(
    connection.use((own) => own.rows(insertSql, [3])),
    /closed/,
  );
});
