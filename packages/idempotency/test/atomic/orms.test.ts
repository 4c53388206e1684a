import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type EntityManager, EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import knex from 'knex';
import pg from 'pg';
import pgPromise from 'pg-promise';
import { QueryTypes, Sequelize } from 'sequelize';
import { DataSource } from 'typeorm';
import { type PostgresStore, type PostgresTransaction, postgresStore } from '../../src/stores/postgres.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';
import { claimed, completion, slotOf, stateOf } from '../harness/store-cases.ts';

/** Makes the effect and completes the operation, in one transaction of an ORM. */
type InTransaction = (id: string, complete: (tx: PostgresTransaction) => Promise<void>) => Promise<unknown>;

/** The functions of an ORM that the tests need. */
interface Orm {
  readonly inTransaction: InTransaction;
  /** an object that users may pass by mistake in place of a transaction, if the compiler allows it */
  readonly outside?: PostgresTransaction;
  close(): unknown;
}

const insert = 'INSERT INTO charges (id) VALUES ($1)';

const orms: Readonly<Record<string, (url: string) => Promise<Orm>>> = {
  async TypeORM(url) {
    const source = await new DataSource({ type: 'postgres', url }).initialize();
    return {
      inTransaction: (id, complete) =>
        source.transaction(async (manager) => {
          await manager.query(insert, [id]);
          await complete(manager);
        }),
      outside: source.manager,
      close: () => source.destroy(),
    };
  },

  async 'pg-promise'(url) {
    const db = pgPromise({ noWarnings: true })(url);
    return {
      inTransaction: (id, complete) =>
        db.tx(async (t) => {
          await t.none(insert, [id]);
          await complete(t);
        }),
      outside: db,
      close: () => db.$pool.end(),
    };
  },

  async MikroORM(url) {
    const Charge = new EntitySchema<{ id: string }>({
      name: 'Charge',
      tableName: 'charges',
      properties: { id: { type: 'string', primary: true } },
    });
    const orm = await MikroORM.init({ entities: [Charge], clientUrl: url });
    return {
      inTransaction: (id, complete) =>
        orm.em.fork().transactional(async (em: EntityManager) => {
          em.create(Charge, { id });
          await em.flush();
          const tx = em.getTransactionContext();
          assert.ok(tx !== undefined);
          await complete(tx);
        }),
      // This is not awaited: the pool waits for the connection that a test broke, which is never returned to it.
      close() {
        orm.close(true).catch(() => undefined);
      },
    };
  },

  async Knex(url) {
    const db = knex({ client: 'pg', connection: url });
    const outside = await db.client.acquireConnection();
    return {
      inTransaction: (id, complete) =>
        db.transaction(async (trx) => {
          await trx('charges').insert({ id });
          await complete(await trx.client.acquireConnection());
        }),
      outside,
      async close() {
        await db.client.releaseConnection(outside);
        await db.destroy();
      },
    };
  },

  async Sequelize(url) {
    const sequelize = new Sequelize(url, { logging: false });
    const query = (text: string, bind: unknown[]) => sequelize.query(text, { bind, type: QueryTypes.SELECT });
    return {
      inTransaction: (id, complete) =>
        sequelize.transaction(async (transaction) => {
          await sequelize.query(insert, { bind: [id], transaction });
          await complete({
            query: (text, bind) => sequelize.query(text, { bind, transaction, type: QueryTypes.SELECT }),
          });
        }),
      outside: { query },
      close: () => sequelize.close(),
    };
  },
};

describe('In the atomic mode, by an ORM on PostgreSQL,', () => {
  let postgres: TestPostgres;
  let pool: pg.Pool;
  let store: PostgresStore;
  before(async () => {
    postgres = await startPostgres();
    pool = new pg.Pool({ connectionString: postgres.connectionString });
    pool.on('error', () => undefined);
    await pool.query('CREATE TABLE charges (id text PRIMARY KEY)');
    store = postgresStore({ client: pool });
  });
  after(async () => {
    await pool.end();
    await postgres.stop();
  });

  const killIt = () =>
    pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'`);
  const endings: readonly [string, () => Promise<unknown>, expected: string][] = [
    ['commit', async () => {}, 'kept, charged'],
    ['roll back', () => Promise.reject(new Error('rolled back')), 'leased, not charged'],
    ['break between completion and commit', killIt, 'leased, not charged'],
  ];

  for (const [name, open] of Object.entries(orms)) {
    describe(name, () => {
      let orm: Orm;
      before(async () => {
        orm = await open(postgres.connectionString);
      });
      after(() => orm.close());

      for (const [ending, end, expected] of endings) {
        test(`effect and record ${ending} together`, async () => {
          const slot = slotOf(name, ending);
          const token = await claimed(store, slot);
          const answer = Uint8Array.of(0, 255, 7);
          const id = `${name}, ${ending}`;
          const run = orm.inTransaction(id, async (tx) => {
            assert.equal(
              await store.within(tx).complete(slot, token, { ...completion, answer, location: "/o'1" }),
              true,
            );
            await end();
          });
          if (ending === 'commit') await run;
          else await assert.rejects(run);
          const { rowCount } = await pool.query('SELECT 1 FROM charges WHERE id = $1', [id]);
          assert.equal(
            `${await stateOf(store, name, ending)}, ${rowCount === 1 ? 'charged' : 'not charged'}`,
            expected,
          );
          if (ending !== 'commit') return;
          const record = (await store.inspect(slot))?.record;
          assert.ok(
            record?.kind === 'completed' && record.answer.kind === 'kept' && record.location === "/o'1",
          );
          assert.deepEqual(Uint8Array.from(Buffer.from(record.answer.response)), answer);
        });
      }

      test('a value that is not its transaction is refused', async (t) => {
        const { outside } = orm;
        if (outside === undefined) return t.skip('by the compiler');
        const slot = slotOf(name, 'outside');
        const token = await claimed(store, slot);
        await assert.rejects(async () => await store.within(outside).complete(slot, token, completion));
        assert.equal(await stateOf(store, name, 'outside'), 'leased');
      });
    });
  }
});
