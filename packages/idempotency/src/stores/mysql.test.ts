import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import mysql from 'mysql2/promise';
import { startMysql } from '../../test/harness/mysql.ts';
import { pageStore } from '../../test/harness/page-store.ts';
import { claimed, completed, completion, request, slotOf, stateOf } from '../../test/harness/store-cases.ts';
import { checkClaims } from '../../test/harness/taken-blocks.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type MysqlStoreOptions, mysqlDdl, mysqlStore } from './mysql.ts';

const server = await startMysql();
const missing = typeof server === 'string' ? server : undefined;
const url = typeof server === 'string' ? 'mysql://nowhere/none' : server.url;
const pool = mysql.createPool({ uri: url, connectionLimit: 20 });

after(async () => {
  await pool.end();
  if (typeof server !== 'string') await server.stop();
});

let prefixes = 0;
/** A store with its own tables and its own clock. */
function subject(options: Partial<MysqlStoreOptions> = {}) {
  const clock = new ManualClock();
  const tablePrefix = `s${++prefixes}_`;
  const store = mysqlStore({ pool, tablePrefix, nowMs: () => clock.nowMs(), ...options });
  return { store, clock, tablePrefix };
}

/** Sessions with settings other than ours. */
function poolWith(settings: mysql.PoolOptions, session: readonly string[] = []): mysql.Pool {
  const other = mysql.createPool({ uri: url, connectionLimit: 10, ...settings });
  other.pool.on('connection', (connection) => {
    for (const statement of session) connection.query(statement);
  });
  return other;
}

const drivers: readonly { readonly name: string; readonly open: () => mysql.Pool }[] = [
  { name: 'mysql2', open: () => poolWith({}) },
  {
    name: 'mysql2 that gives texts and counts changed rows, in READ COMMITTED and no strict mode',
    open: () =>
      poolWith(
        { supportBigNumbers: true, bigNumberStrings: true, flags: ['-FOUND_ROWS'], charset: 'latin1' },
        [
          'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
          "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+05:45'",
        ],
      ),
  },
];

const works = pageStore('docs/how-to/idempotency/choose-a-store.md', 'mysql.js');

describe('mysqlStore', { skip: missing ?? false }, () => {
  test('the store of the page on stores works', () => works({ DATABASE_URL: url }));

  for (const { name, open } of drivers) {
    describe(`keeps the laws by ${name}`, () => {
      let opened: mysql.Pool;
      before(() => {
        opened = open();
      });
      after(() => opened.end());
      for (const law of storeLaws) {
        test(`${law.id}: ${law.sentence}`, () =>
          law.run({
            ...subject({ pool: opened, tablePrefix: 'laws_' }),
            openByServerClock: () => mysqlStore({ pool: opened, tablePrefix: 'laws_' }),
            async openAtToken(lastToken) {
              const { store, tablePrefix } = subject({ pool: opened });
              await store.migrate();
              await pool.query(`ALTER TABLE ${tablePrefix}records AUTO_INCREMENT = ${lastToken + 1}`);
              return store;
            },
          }));
      }
    });
  }

  describe('keeps the laws as an account with exactly the rights that the printed statements grant', () => {
    const account = `store_${crypto.randomUUID().slice(0, 8)}`;
    let granted: mysql.Pool;
    before(async () => {
      await pool.query(`CREATE USER '${account}'@'%' IDENTIFIED BY 'secret'`);
      const printing = mysql.createPool({ uri: url, multipleStatements: true });
      await printing.query(mysqlDdl({ tablePrefix: 'printed_', account: `'${account}'@'%'` }));
      await printing.end();
      const own = new URL(url);
      [own.username, own.password] = [account, 'secret'];
      granted = mysql.createPool(own.href);
    });
    after(async () => {
      await granted.end();
      await pool.query(`DROP USER '${account}'@'%'`);
    });

    for (const law of storeLaws) {
      test(`${law.id}: ${law.sentence}`, () => law.run(subject({ pool: granted, tablePrefix: 'printed_' })));
    }

    test('sweeps, and may not change the tables', async () => {
      const { store } = subject({ pool: granted, tablePrefix: 'printed_' });
      assert.equal((await store.sweep({ nowMs: 1 })).forgotten, 0);
      await assert.rejects(granted.query('DROP TABLE printed_records'), /denied/);
      await assert.rejects(granted.query('CREATE TABLE other (id INT)'), /denied/);
    });
  });

  test('of 50 claims of one slot over 10 connections, exactly one takes the lease, and the same for a take-over', async () => {
    const { store, clock } = subject();
    for (const takesOver of [false, true]) {
      const takeOver = takesOver ? (await store.inspect(slotOf('s', 1)))?.record.fencingToken : undefined;
      const claims = await Promise.all(
        Array.from({ length: 50 }, async () => store.claim(slotOf('s', 1), { ...request, takeOver })),
      );
      assert.equal(claims.filter(({ kind }) => kind === 'claimed').length, 1);
      assert.equal(claims.filter(({ kind }) => kind === 'found').length, 49);
      clock.advance(request.leaseMs);
    }
  });

  test('claims never wait for the gaps of others: adjacent keys are claimed, forgotten and claimed at the same time', async () => {
    const { store, clock } = subject();
    for (let round = 0; round < 3; round++) {
      const claims = await Promise.all(
        Array.from({ length: 60 }, async (_, at) => store.claim(slotOf('s', at % 30), request)),
      );
      assert.equal(claims.filter(({ kind }) => kind === 'claimed').length, 30);
      clock.advance(request.retentionMs);
      const swept = await Promise.all([
        store.sweep(),
        store.sweep(),
        store.claim(slotOf('s', 99 + round), request),
      ]);
      assert.equal(swept[0].forgotten + swept[1].forgotten, round === 0 ? 30 : 31);
    }
  });

  test('a sweep removes expired answers, the oldest over the cap of a scope, and keys whose retention is over', async () => {
    const { store, clock } = subject({ answersPerScopeMax: 2 });
    for (let key = 0; key < 5; key++) await completed(store, 's', key);
    await completed(store, 't', 0);
    assert.deepEqual(await store.sweep(), { expired: 0, evicted: 3, forgotten: 0 });
    const states = await Promise.all([0, 1, 2, 3, 4].map((key) => stateOf(store, 's', key)));
    assert.deepEqual(states, ['gone', 'gone', 'gone', 'kept', 'kept']);
    clock.advance(completion.answerTtlMs);
    assert.deepEqual(await store.sweep(), { expired: 3, evicted: 0, forgotten: 0 });
    clock.advance(request.retentionMs);
    assert.deepEqual(await store.sweep(), { expired: 0, evicted: 0, forgotten: 6 });
  });

  test('stores that start at the same time on an empty database create the tables once', async () => {
    const tablePrefix = 'fresh_';
    const stores = Array.from({ length: 8 }, () => mysqlStore({ pool, tablePrefix }));
    const tokens = await Promise.all(stores.map((store, at) => claimed(store, slotOf('s', at))));
    assert.equal(new Set(tokens).size, 8);
  });

  test('tables of a newer release, and connections that do not commit, are refused', async () => {
    const { store, tablePrefix } = subject();
    await store.migrate();
    await pool.query(`INSERT INTO ${tablePrefix}migrations (version) VALUES (1000)`);
    await assert.rejects(mysqlStore({ pool, tablePrefix }).migrate(), /newer release/);
    const uncommitted = poolWith({}, ['SET autocommit = 0']);
    await assert.rejects(mysqlStore({ pool: uncommitted }).migrate(), /autocommit/);
    await uncommitted.end();
  });

  test('mistakes in the options are found at start', () => {
    for (const tablePrefix of ['', '1st', 'a`b', 'Upper', 'x'.repeat(49)]) {
      assert.throws(() => mysqlStore({ pool, tablePrefix }), RangeError);
    }
    for (const answersPerScopeMax of [0, 1.5, Number.NaN]) {
      assert.throws(() => mysqlStore({ pool, answersPerScopeMax }), RangeError);
    }
    assert.throws(() => mysqlDdl({ tablePrefix: 'a`b' }), RangeError);
    assert.throws(() => mysqlDdl({ account: "root'@'%" }), RangeError);
    // @ts-expect-error: a pool with callbacks
    assert.throws(() => mysqlStore({ pool: pool.pool }), TypeError);
    // @ts-expect-error: not a pool
    assert.throws(() => mysqlStore({ pool: {} }), TypeError);
  });
});

describe('mysqlStore, within a transaction', { skip: missing ?? false }, () => {
  const { store, clock } = subject();
  before(() => pool.query('CREATE TABLE charges (id VARCHAR(20) PRIMARY KEY) ENGINE = InnoDB'));

  async function charged(id: string, end: 'commit' | 'rollback', isolation = 'REPEATABLE READ') {
    const slot = slotOf('w', id);
    const connection = await pool.getConnection();
    await connection.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
    await connection.beginTransaction();
    // From here on a snapshot of REPEATABLE READ does not see the claim.
    await connection.query('SELECT count(*) FROM charges');
    const token = await claimed(store, slot);
    await connection.query('INSERT INTO charges VALUES (?)', [id]);
    assert.equal(
      await store.within(connection).complete(slot, token, { ...completion, location: '/1' }),
      true,
    );
    assert.equal(await store.within(connection).complete(slot, token, completion), true);
    await connection[end]();
    connection.release();
    const [rows] = await pool.query<mysql.RowDataPacket[]>('SELECT 1 FROM charges WHERE id = ?', [id]);
    return { rows: rows.length, state: await stateOf(store, 'w', id) };
  }

  for (const isolation of ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']) {
    test(`effect and record commit together, and roll back together, under ${isolation}`, async () => {
      const [done, undone] = [`${isolation} 1`, `${isolation} 2`];
      assert.deepEqual(await charged(done, 'commit', isolation), { rows: 1, state: 'kept' });
      assert.deepEqual(await charged(undone, 'rollback', isolation), { rows: 0, state: 'leased' });
    });
  }

  test('a connection that is killed in between leaves neither', async () => {
    const slot = slotOf('w', 'killed');
    const token = await claimed(store, slot);
    const connection = await pool.getConnection();
    await connection.beginTransaction();
    await connection.query("INSERT INTO charges VALUES ('killed')");
    assert.equal(await store.within(connection).complete(slot, token, completion), true);
    await pool.query(`KILL ${connection.threadId}`);
    await assert.rejects(connection.commit());
    connection.destroy();
    assert.equal(await stateOf(store, 'w', 'killed'), 'leased');
    const [rows] = await pool.query<mysql.RowDataPacket[]>("SELECT 1 FROM charges WHERE id = 'killed'");
    assert.equal(rows.length, 0);
    clock.advance(request.leaseMs);
    assert.equal((await store.claim(slot, { ...request, takeOver: token })).kind, 'claimed');
  });

  test('an operation whose lease was taken over is refused', async () => {
    const slot = slotOf('w', 'late');
    const late = await claimed(store, slot);
    clock.advance(request.leaseMs);
    assert.equal((await store.claim(slot, { ...request, takeOver: late })).kind, 'claimed');
    const connection = await pool.getConnection();
    await connection.beginTransaction();
    assert.equal(await store.within(connection).complete(slot, late, completion), false);
    await connection.rollback();
    connection.release();
  });

  test('if no transaction is open, or no longer, it rejects and completes nothing', async () => {
    const slot = slotOf('w', 'none');
    const token = await claimed(store, slot);
    const connection = await pool.getConnection();
    const completer = store.within(connection);
    await assert.rejects(completer.complete(slot, token, completion), /SAVEPOINT/);
    await connection.beginTransaction();
    await connection.commit();
    await assert.rejects(completer.complete(slot, token, completion), /SAVEPOINT/);
    connection.release();
    assert.equal(await stateOf(store, 'w', 'none'), 'leased');
    // @ts-expect-error: a pool
    assert.throws(() => store.within(pool), TypeError);
  });
});

checkClaims(import.meta.url);
