import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, type TestContext, test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import pg from 'pg';
import postgres from 'postgres';
import {
  type CellStore,
  memoryCells,
  postgresCells,
  postgresCellsDdl,
  redisCells,
  sqliteCells,
  updateCell,
} from '../../src/cells.ts';
import { mppxStore } from '../../src/payments/mppx.ts';
import { startPostgres } from '../harness/postgres.ts';
import { startRedis } from '../harness/redis.ts';
import { redisDrivers } from '../harness/redis-drivers.ts';
import { newDatabaseFile, wal } from '../harness/sqlite.ts';
import { acceptsEachCredentialOnce, deductsEachCharge } from './harness/mppx-laws.ts';

const database = await startPostgres();
const pool = new pg.Pool({ connectionString: database.connectionString, max: 10 });
const sql = postgres(database.connectionString, { max: 10, onnotice: () => undefined });
const redis = await startRedis();

after(async () => {
  await pool.end();
  await sql.end();
  await Promise.all([database.stop(), redis.stop()]);
});

/** Each returns two instances on the same cells. */
type Subject = readonly [
  name: string,
  open: (t: TestContext) => Promise<readonly [CellStore, CellStore]> | readonly [CellStore, CellStore],
];
const subjects: readonly Subject[] = [
  [
    'memory',
    () => {
      const cells = memoryCells();
      return [cells, cells];
    },
  ],
  [
    'SQLite, by node:sqlite and better-sqlite3',
    () => {
      const file = newDatabaseFile();
      return [
        sqliteCells({ database: wal(new DatabaseSync(file, { readBigInts: true, returnArrays: true })) }),
        sqliteCells({ database: wal(new BetterSqlite(file)) }),
      ];
    },
  ],
  [
    'PostgreSQL, by node-postgres and postgres.js',
    () => {
      const schema = `cells_${++schemas}`;
      return [postgresCells({ client: pool, schema }), postgresCells({ client: sql, schema })];
    },
  ],
  ...redisDrivers.map(
    (driver): Subject => [
      `Redis, by ${driver.name}`,
      async (t) => {
        // They run separately, because an idle client is closed.
        const prefix = `${++schemas}:`;
        const { client, close } = await driver.open(redis);
        t.after(close);
        return [redisCells({ client, prefix }), redisCells({ client, prefix })];
      },
    ],
  ),
];
let schemas = 0;

for (const [name, open] of subjects) {
  describe(`cells in ${name}`, () => {
    test('a cell can be replaced only with its current version, and only by one of twenty simultaneous writers', async (t) => {
      const [one, other] = await open(t);
      assert.equal(await one.read('a'), undefined);
      const writes = Array.from({ length: 20 }, async (_, at) =>
        (at % 2 === 0 ? one : other).write('a', undefined, `${at}`),
      );
      assert.equal((await Promise.all(writes)).filter(Boolean).length, 1);
      const first = await other.read('a');
      assert.ok(first !== undefined);
      assert.equal(await one.write('a', undefined, 'x'), false);
      assert.equal(await one.write('a', first.version, '{"ü":"\\u0000"}'), true);
      assert.equal(await other.write('a', first.version, 'late'), false);
      assert.equal(await other.write('a', first.version, undefined), false);
      const second = await other.read('a');
      assert.equal(second?.value, '{"ü":"\\u0000"}');
      assert.equal(await one.read('b'), undefined);
    });

    test('a cell that was removed and written again has another version', async (t) => {
      const [cells] = await open(t);
      await cells.write('a', undefined, 'x');
      const read = await cells.read('a');
      assert.equal(await cells.write('a', undefined, undefined), false);
      assert.equal(await cells.write('a', read?.version, undefined), true);
      assert.equal(await cells.write('a', undefined, undefined), true);
      assert.equal(await cells.write('a', undefined, 'x'), true);
      assert.equal(await cells.write('a', read?.version, 'y'), false);
    });

    test('thirty-six simultaneous updates all take effect', async (t) => {
      const [one, other] = await open(t);
      const add = (at: number) =>
        updateCell(at % 2 === 0 ? one : other, 'sum', (current) => {
          const next = Number(current ?? 0) + 1;
          return { op: 'set', value: `${next}`, result: next };
        });
      const sums = await Promise.all(Array.from({ length: 36 }, (_, at) => add(at)));
      assert.equal(new Set(sums).size, 36);
      assert.equal((await other.read('sum'))?.value, '36');
      await updateCell(one, 'sum', () => ({ op: 'delete', result: undefined }));
      assert.equal(await other.read('sum'), undefined);
    });

    test('names and values that are too long are refused', async (t) => {
      const [cells] = await open(t);
      for (const bad of ['', 'a'.repeat(513)]) {
        await assert.rejects(async () => cells.write(bad, undefined, 'x'), RangeError);
      }
      await cells.write('a'.repeat(512), undefined, 'x');
    });

    test('mppx accepts each credential once, no matter which instance receives it', async (t) =>
      acceptsEachCredentialOnce((await open(t)).map((cells) => mppxStore(cells))));

    test('mppx deducts thirty-six simultaneous charges from a balance for thirty', async (t) =>
      deductsEachCharge(await open(t)));
  });
}

test('expired cells are swept, and no others', async () => {
  const sqlite = sqliteCells({ database: wal(new DatabaseSync(newDatabaseFile())) });
  for (const cells of [sqlite, postgresCells({ client: pool, schema: 'swept' })]) {
    await cells.write('old', undefined, 'x', 1000);
    await cells.write('young', undefined, 'x', 2000);
    await cells.write('kept', undefined, 'x');
    assert.equal(await cells.sweep({ nowMs: 1999 }), 1);
    assert.equal(await cells.read('old'), undefined);
    assert.equal((await cells.read('young'))?.value, 'x');
    assert.equal(await cells.sweep(), 1);
    assert.equal((await cells.read('kept'))?.value, 'x');
  }
});

test('Redis removes an expired cell, and keeps one whose time was extended', async (t) => {
  const [driver] = redisDrivers;
  assert.ok(driver !== undefined);
  const { client, close } = await driver.open(redis);
  t.after(close);
  const cells = redisCells({ client, prefix: 'swept:' });
  await cells.write('old', undefined, 'x', 1000);
  assert.equal(await cells.read('old'), undefined);
  const future = Date.now() + 1_000_000;
  await cells.write('kept', undefined, 'x', future);
  await cells.write('kept', (await cells.read('kept'))?.version, 'y');
  assert.equal((await cells.read('kept'))?.value, 'y');
});

test('a role with the printed grants can use the cells without creating them', async () => {
  await pool.query('CREATE ROLE cells_user LOGIN');
  await pool.query(postgresCellsDdl({ schema: 'printed', role: 'cells_user' }));
  const url = new URL(database.connectionString);
  url.username = 'cells_user';
  const user = new pg.Pool({ connectionString: url.href, max: 1 });
  try {
    const cells = postgresCells({ client: user, schema: 'printed' });
    assert.equal(await cells.write('a', undefined, 'x', 1000), true);
    assert.equal(await cells.sweep(), 1);
  } finally {
    await user.end();
  }
});

test('while a transaction is open on their handle, cells in SQLite refuse', async () => {
  const handle = new DatabaseSync(newDatabaseFile());
  const cells = sqliteCells({ database: handle });
  handle.exec('BEGIN');
  await assert.rejects(async () => cells.write('a', undefined, 'x'), /a transaction is open/);
});
