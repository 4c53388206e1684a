import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { CamelCasePlugin, Kysely, sql as kyselySql, PostgresDialect } from 'kysely';
import pg from 'pg';
import postgres from 'postgres';
import { startPostgres, type TestPostgres, untilBlocked } from '../../test/harness/postgres.ts';
import { prismaClient, type TestPrisma } from '../../test/prisma/prisma-client.ts';
import { sha256 } from '../core/digest.ts';
import type { Claim, Slot } from '../core/store.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { type PostgresStore, type PostgresTransaction, postgresStore } from './postgres.ts';

let server: TestPostgres;
let pool: pg.Pool;
let sql: postgres.Sql;
let kysely: Kysely<unknown>;
let prisma: TestPrisma;
let store: PostgresStore;
const clock = new ManualClock();

before(async () => {
  server = await startPostgres();
  const { connectionString } = server;
  pool = new pg.Pool({ connectionString });
  sql = postgres(connectionString);
  kysely = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) });
  prisma = await prismaClient(connectionString);
  await pool.query('CREATE TABLE charges (id text PRIMARY KEY, amount integer NOT NULL)');
  store = postgresStore({ client: pool, nowMs: () => clock.nowMs() });
});

after(async () => {
  await Promise.all([pool.end(), sql.end(), kysely.destroy(), prisma.$disconnect()]);
  await server.stop();
});

/** The caller's own work in its transaction: it takes the money. */
type Charge = (id: string) => Promise<unknown>;
type Work = (tx: PostgresTransaction, charge: Charge) => Promise<void>;

async function inNodePostgres(work: Work): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client, (id) => client.query('INSERT INTO charges (id, amount) VALUES ($1, 7)', [id]));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function inKysely(db: Kysely<unknown>, work: Work): Promise<void> {
  return db
    .transaction()
    .execute((tx) =>
      work(tx, (id) => kyselySql`INSERT INTO charges (id, amount) VALUES (${id}, 7)`.execute(tx)),
    );
}

/** How each driver runs a transaction, and which of its objects are not transactions. */
const drivers: readonly {
  readonly name: string;
  readonly transaction: (work: Work) => Promise<unknown>;
  readonly misuse: () => unknown;
}[] = [
  {
    name: 'node-postgres',
    transaction: inNodePostgres,
    // @ts-expect-error: a pool is no transaction
    misuse: () => store.within(pool),
  },
  {
    name: 'postgres.js',
    transaction: (work) =>
      sql.begin((tx) => work(tx, (id) => tx`INSERT INTO charges (id, amount) VALUES (${id}, 7)`)),
    // @ts-expect-error: not what sql.begin() gives
    misuse: () => store.within(sql),
  },
  {
    name: 'Kysely',
    transaction: (work) => inKysely(kysely, work),
    // @ts-expect-error: not what db.transaction() gives
    misuse: () => store.within(kysely),
  },
  {
    name: 'Kysely with a plug-in that renames columns',
    transaction: (work) => inKysely(kysely.withPlugin(new CamelCasePlugin()), work),
    // @ts-expect-error: not what db.transaction() gives
    misuse: () => store.within(kysely.withPlugin(new CamelCasePlugin())),
  },
  {
    name: 'Drizzle over node-postgres',
    transaction: (work) =>
      drizzleNodePostgres(pool).transaction((tx) =>
        work(tx, async (id) => tx.execute(drizzleSql`INSERT INTO charges (id, amount) VALUES (${id}, 7)`)),
      ),
    // @ts-expect-error: not what db.transaction() gives
    misuse: () => store.within(drizzleNodePostgres(pool)),
  },
  {
    name: 'Drizzle over postgres.js',
    transaction: (work) =>
      drizzlePostgresJs(sql).transaction((tx) =>
        work(tx, async (id) => tx.execute(drizzleSql`INSERT INTO charges (id, amount) VALUES (${id}, 7)`)),
      ),
    // @ts-expect-error: not what db.transaction() gives
    misuse: () => store.within(drizzlePostgresJs(sql)),
  },
  {
    name: 'Prisma',
    transaction: (work) =>
      prisma.$transaction((tx) => work(tx, async (id) => tx.charge.create({ data: { id, amount: 7 } }))),
    // @ts-expect-error: not what prisma.$transaction() gives
    misuse: () => store.within(prisma),
  },
];

let slots = 0;
async function newOperation(): Promise<{ readonly id: string; readonly slot: Slot; readonly token: number }> {
  const id = `charge ${++slots}`;
  const slot = { scope: sha256('s').slice(0, 32), key: sha256(id).slice(0, 32) };
  const claim = await store.claim(slot, request);
  assert.ok(claim.kind === 'claimed');
  return { id, slot, token: claim.fencingToken };
}

const request = { fingerprint: sha256('r'), leaseMs: 1000, retentionMs: 60_000, takeOver: undefined };
const answer = Uint8Array.from({ length: 5000 }, (_, at) => at % 256);
const completion = { answer, answerTtlMs: 10_000, location: '/charges/Łódź?a=b' };

async function isCharged(id: string): Promise<boolean> {
  return (await pool.query('SELECT 1 FROM charges WHERE id = $1', [id])).rows.length > 0;
}

for (const { name, transaction, misuse } of drivers) {
  describe(`within a transaction of ${name}`, () => {
    test('a commit commits the completion with its answer', async () => {
      const { id, slot, token } = await newOperation();
      await transaction(async (tx, charge) => {
        await charge(id);
        assert.equal(await store.within(tx).complete(slot, token, completion), true);
        assert.equal((await store.inspect(slot))?.record.kind, 'leased');
      });
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
      assert.deepEqual(Buffer.from(record.answer.response), Buffer.from(answer));
      assert.equal(record.answer.expiresAtMs, clock.nowMs() + completion.answerTtlMs);
      assert.equal(record.location, completion.location);
      assert.equal(await isCharged(id), true);
    });

    test('a rollback undoes the completion: the operation is still leased', async () => {
      const { id, slot, token } = await newOperation();
      const fault = new Error('the handler fails');
      const failing = transaction(async (tx, charge) => {
        await charge(id);
        assert.equal(await store.within(tx).complete(slot, token, completion), true);
        throw fault;
      });
      await assert.rejects(failing, fault);
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
      assert.equal(await isCharged(id), false);
      assert.equal(await store.complete(slot, token, completion), true);
    });

    test('an operation whose lease was taken over gets an error, and rolls back', async () => {
      const { id, slot, token } = await newOperation();
      clock.advance(request.leaseMs);
      const takeOver = await store.claim(slot, { ...request, takeOver: token });
      assert.equal(takeOver.kind, 'claimed');
      const late = transaction(async (tx, charge) => {
        await charge(id);
        assert.equal(await store.within(tx).complete(slot, token, completion), false);
        throw new Error('the lease was lost');
      });
      await assert.rejects(late, /the lease was lost/);
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
      assert.equal(await isCharged(id), false);
    });

    test('completing twice succeeds, without an answer, with a text and with an empty one', async () => {
      for (const kept of [undefined, '201\n\nŁódź', '']) {
        const { slot, token } = await newOperation();
        await transaction(async (tx) => {
          const completer = store.within(tx);
          const { location, ...rest } = { ...completion, answer: kept };
          assert.equal(await completer.complete(slot, token, { ...rest, location: undefined }), true);
          assert.equal(await completer.complete(slot, token, { ...completion, location }), true);
        });
        const record = (await store.inspect(slot))?.record;
        assert.ok(record?.kind === 'completed' && record.location === undefined);
        const found =
          record.answer.kind === 'kept' ? Buffer.from(record.answer.response).toString() : undefined;
        assert.equal(found, kept);
      }
    });

    for (const end of ['commit', 'rollback'] as const) {
      test(`a take-over waits for the ${end}, and then returns the resulting state`, async () => {
        const { slot, token } = await newOperation();
        clock.advance(request.leaseMs);
        const claims: Promise<Claim>[] = [];
        const ending = transaction(async (tx) => {
          await store.within(tx).complete(slot, token, completion);
          claims.push(Promise.resolve(store.claim(slot, { ...request, takeOver: token })));
          await untilBlocked(pool);
          if (end === 'rollback') throw new Error('rolled back');
        });
        await ending.catch((error: Error) => assert.equal(error.message, 'rolled back'));
        const [claim] = await Promise.all(claims);
        if (end === 'commit') assert.ok(claim?.kind === 'found' && claim.record.kind === 'completed');
        else assert.ok(claim?.kind === 'claimed' && claim.fencingToken > token);
      });
    }

    test('a value that is not a transaction is refused', () => {
      assert.throws(misuse, TypeError);
    });
  });
}

test('a client of node-postgres without an open transaction is refused', async () => {
  const { slot, token } = await newOperation();
  const client = await pool.connect();
  const completer = store.within(client);
  await assert.rejects(completer.complete(slot, token, completion), /needs an open transaction/);
  await client.query('BEGIN');
  assert.equal(await completer.complete(slot, token, completion), true);
  await client.query('COMMIT');
  await assert.rejects(completer.complete(slot, token, completion), /needs an open transaction/);
  client.release();
});

test('the sql of a transaction cannot be the client of a store', async () => {
  await sql.begin(async (tx) => {
    // @ts-expect-error: not what postgres() gives
    assert.throws(() => postgresStore({ client: tx }), TypeError);
  });
});
