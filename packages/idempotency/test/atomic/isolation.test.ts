import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { idempotent, operationOf } from '../../src/adapters/fetch.ts';
import type { IdempotencyEvent } from '../../src/core/observer.ts';
import type { Operation } from '../../src/core/operation.ts';
import type { IdempotencyStore } from '../../src/core/store.ts';
import { mysqlStore } from '../../src/stores/mysql.ts';
import { postgresStore } from '../../src/stores/postgres.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { startMysql } from '../harness/mysql.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';

const leaseMs = 30_000;
const made = { status: 201, headers: [], body: 'charged' };

/** A transaction that has taken its snapshot, if it uses one. */
interface Begun {
  /** charges, and completes the operation with the answer `made` */
  charge(id: string, operation: Operation): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** A database with a table of charges next to the records. */
interface Bank {
  readonly store: IdempotencyStore;
  begin(isolation: string): Promise<Begun>;
  charges(id: string): Promise<number>;
}

/** The calls of a charging handler, and a store whose calls a test can await. */
function charging(
  { store, charges }: Bank,
  clock: ManualClock,
  handler: (operation: Operation) => Promise<void>,
) {
  const [renewals, looks] = [new Gate(), new Gate()];
  const events: IdempotencyEvent['kind'][] = [];
  const watched = {
    ...boundVerbs(store),
    within: () => assert.fail('the handler has its own'),
    async renew(...asked: Parameters<IdempotencyStore['renew']>) {
      const isHeld = await store.renew(...asked);
      renewals.arrive();
      return isHeld;
    },
    async inspect(...asked: Parameters<IdempotencyStore['inspect']>) {
      const found = await store.inspect(...asked);
      looks.arrive();
      return found;
    },
  };
  const handle = idempotent<Request>(
    {
      store: watched,
      tenantOf: () => 'acme',
      mode: 'atomic',
      leaseMs,
      clock,
      observer: ({ kind }) => events.push(kind),
    },
    async (request) => {
      const operation = operationOf(request);
      assert.ok(operation !== undefined);
      await handler(operation);
      return new Response('another answer');
    },
  );
  const call = (key: string) =>
    handle(new Request('http://localhost/', { method: 'POST', headers: { 'Idempotency-Key': key } }));
  return { call, renewals, looks, events, charges };
}

async function charged(transaction: Begun, id: string, operation: Operation): Promise<void> {
  try {
    await transaction.charge(id, operation);
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

function keepsTheMode(bankOf: (clock: ManualClock) => Bank): void {
  for (const isolation of ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']) {
    test(`under ${isolation}, renewing a lease during the transaction does not prevent its commit`, async () => {
      const clock = new ManualClock();
      const bank = bankOf(clock);
      const key = `renewed ${isolation}`.replaceAll(' ', '-');
      let end: 'commit' | 'rollback' = 'rollback';
      const running = charging(bank, clock, async (operation) => {
        const transaction = await bank.begin(isolation);
        for (const _ of [1, 2]) {
          const before = running.renewals.arrivals;
          clock.advance(leaseMs / 3);
          await running.renewals.arrival(before + 1);
          await turn();
        }
        await charged(transaction, key, operation);
        await transaction[end]();
        if (end === 'rollback') throw new Error('not charged');
      });
      await assert.rejects(running.call(key), /not charged/);
      assert.equal(await running.charges(key), 0);
      end = 'commit';
      assert.equal(await (await running.call(key)).text(), 'charged');
      assert.equal((await running.call(key)).headers.get('idempotency-replayed'), 'true');
      assert.equal(await running.charges(key), 1);
      assert.equal(running.events.includes('lease_lost'), false);
    });

    test(`under ${isolation}, a handler that continues after its commit loses no lease`, async () => {
      const clock = new ManualClock();
      const bank = bankOf(clock);
      const key = `late ${isolation}`.replaceAll(' ', '-');
      const running = charging(bank, clock, async (operation) => {
        const transaction = await bank.begin(isolation);
        await charged(transaction, key, operation);
        await transaction.commit();
        clock.advance(leaseMs / 3);
        // It finds no lease to renew, and checks the reason.
        await running.looks.arrival();
        for (let passed = 0; passed < 4; passed++) clock.advance(leaseMs);
        assert.equal(operation.signal.aborted, false);
      });
      assert.equal(await (await running.call(key)).text(), 'charged');
      assert.equal(running.events.includes('lease_lost'), false);
    });
  }
}

describe('the atomic mode on PostgreSQL', () => {
  let server: TestPostgres;
  let pool: pg.Pool;
  before(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.connectionString });
    await pool.query('CREATE TABLE charges (id text PRIMARY KEY)');
  });
  after(async () => {
    await pool.end();
    await server.stop();
  });

  keepsTheMode((clock) => {
    const store = postgresStore({ client: pool, nowMs: () => clock.nowMs() });
    return {
      store,
      async begin(isolation) {
        const client = await pool.connect();
        const ended = async (end: 'COMMIT' | 'ROLLBACK') => {
          await client.query(end);
          client.release();
        };
        await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
        await client.query('SELECT count(*) FROM charges');
        return {
          async charge(id, operation) {
            await client.query('INSERT INTO charges VALUES ($1)', [id]);
            await operation.completeWithin(store.within(client), made);
          },
          commit: () => ended('COMMIT'),
          rollback: () => ended('ROLLBACK'),
        };
      },
      async charges(id) {
        return (await pool.query('SELECT 1 FROM charges WHERE id = $1', [id])).rows.length;
      },
    };
  });
});

// MariaDB does this by default since 11.6: a transaction fails if it changes rows that others changed since its
// snapshot.
const mariadb = await startMysql(['--innodb-snapshot-isolation=ON']);
const missing = typeof mariadb === 'string' ? mariadb : false;

describe('the atomic mode on MySQL', { skip: missing }, () => {
  const uri = typeof mariadb === 'string' ? 'mysql://nowhere/none' : mariadb.url;
  const pool = mysql.createPool({ uri, connectionLimit: 10 });
  before(() => pool.query('CREATE TABLE charges (id VARCHAR(50) PRIMARY KEY) ENGINE = InnoDB'));
  after(async () => {
    await pool.end();
    if (typeof mariadb !== 'string') await mariadb.stop();
  });

  keepsTheMode((clock) => {
    const store = mysqlStore({ pool, nowMs: () => clock.nowMs() });
    return {
      store,
      async begin(isolation) {
        const connection = await pool.getConnection();
        const ended = async (end: 'commit' | 'rollback') => {
          await connection[end]();
          connection.release();
        };
        await connection.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
        await connection.beginTransaction();
        await connection.query('SELECT count(*) FROM charges');
        return {
          async charge(id, operation) {
            await connection.query('INSERT INTO charges VALUES (?)', [id]);
            await operation.completeWithin(store.within(connection), made);
          },
          commit: () => ended('commit'),
          rollback: () => ended('rollback'),
        };
      },
      async charges(id) {
        const [rows] = await pool.query<mysql.RowDataPacket[]>('SELECT 1 FROM charges WHERE id = ?', [id]);
        return rows.length;
      },
    };
  });
});
