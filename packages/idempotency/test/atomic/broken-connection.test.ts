import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { freePort } from '../harness/free-port.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';
import { generatePrismaClient, type PrismaFolder } from '../harness/prisma-folder.ts';
import { type ReplyLoser, startReplyLoser } from '../harness/reply-loser.ts';
import { allowHeldCommits, holdCommits } from './harness/held-commit.ts';
import { assertOnce, type Ledger, postgresLedger } from './harness/ledger.ts';
import { postgresDrivers } from './harness/postgres-ledger.ts';
import { RetryingClient } from './harness/retrying-client.ts';
import { type ServerOptions, type ServerProcess, startServer } from './harness/server-process.ts';

describe('A server whose connection to PostgreSQL breaks', () => {
  let postgres: TestPostgres;
  let ledger: Ledger & { readonly pool: pg.Pool };
  let loser: ReplyLoser;
  let prisma: PrismaFolder;

  before(async () => {
    postgres = await startPostgres();
    ledger = await postgresLedger(postgres.connectionString);
    await allowHeldCommits(ledger);
    loser = await startReplyLoser(Number(new URL(postgres.connectionString).port));
    prisma = await generatePrismaClient(new URL('harness/schema.prisma', import.meta.url));
  });

  after(async () => {
    prisma.remove();
    await loser.stop();
    await ledger.close();
    await postgres.stop();
  });

  /** Starts a server whose connections can lose a reply. Its lease is so long that few renewals occur in between. */
  async function started(driver: string, more: Partial<ServerOptions> = {}) {
    const url = new URL(postgres.connectionString);
    url.port = `${loser.port}`;
    const place = { database: url.href, port: await freePort(), prismaFolder: prisma.folder };
    return startServer({ driver, leaseMs: 2000, ...place, ...more });
  }

  async function charging(
    server: ServerProcess,
    account: string,
    interrupt: () => Promise<void>,
  ): Promise<RetryingClient> {
    await ledger.addAccount(account);
    const client = new RetryingClient(account);
    const answered = client.charge(server.url);
    await interrupt();
    // It is not a replay: the request was executed again, or the store was asked about its outcome.
    assert.equal(await answered, false);
    return client;
  }

  const terminate = (pid: number) => ledger.pool.query('SELECT pg_terminate_backend($1)', [pid]);

  for (const driver of postgresDrivers) {
    describe(driver, () => {
      let server: ServerProcess;

      before(async () => {
        server = await started(driver, { pauseAt: 'charged' });
      });

      after(() => server.stop());

      test('in the middle of a transaction executes it again', async () => {
        let isOver = false;
        // postgres.js 3.4.9 writes to the closed connection, and this ends the process: porsager/postgres#1208.
        const revived = server.exited.then(() =>
          isOver ? undefined : started(driver, { port: server.port }),
        );
        const account = `${driver}-middle`;
        const client = await charging(server, account, async () => {
          await server.reached('charged', account);
          const { rows } = await ledger.pool.query<{ pid: number }>(
            `SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'`,
          );
          assert.equal(rows.length, 1);
          await terminate(rows[0]?.pid ?? 0);
          server.goOn();
        });
        assert.equal(await client.charge(server.url), true);
        await assertOnce(ledger, account, [client]);
        isOver = true;
        if (server.hasExited()) server = (await revived) ?? server;
      });

      test('on COMMIT, which is undone, executes it again', async () => {
        const account = `held-${driver}-undone`;
        const held = await holdCommits(ledger);
        const client = await charging(server, account, async () => {
          await terminate(await held.underWay());
          await held.letGo();
        });
        assert.equal(await client.charge(server.url), true);
        await assertOnce(ledger, account, [client]);
      });

      test('on COMMIT, which succeeds without an answer, sends its answer', async () => {
        const account = `held-${driver}-unheard`;
        const held = await holdCommits(ledger);
        const lostBefore = loser.lost();
        const client = await charging(server, account, async () => {
          await held.underWay();
          loser.loseNextReply();
          await held.letGo();
        });
        assert.equal(loser.lost(), lostBefore + 1);
        assert.equal(await client.charge(server.url), true);
        await assertOnce(ledger, account, [client]);
      });

      test('because it is killed on COMMIT leaves one effect', async () => {
        const account = `held-${driver}-killed`;
        const held = await holdCommits(ledger);
        await ledger.addAccount(account);
        const client = new RetryingClient(account);
        const ofDying = assert.rejects(fetch(server.url, client.request()));
        await held.underWay();
        await server.stop();
        await ofDying;
        server = await started(driver);
        const answered = client.charge(server.url);
        await held.letGo();
        assert.equal(await answered, true);
        await assertOnce(ledger, account, [client]);
      });
    });
  }
});
