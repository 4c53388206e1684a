// Power cuts below a PostgreSQL and its server: its data is on an ext4 that forgets what was not synced.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { postgresEnvironment } from '../harness/database.ts';
import { PostgresNode } from '../harness/postgres-node.ts';
import {
  assertLossIsWhole,
  assertSurvivesCuts,
  lostByACut,
  type PoweredServer,
} from '../harness/power-cuts.ts';
import { PoweredDisk } from '../harness/powered-disk.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { withstood } from '../harness/proofs.ts';
import { rounds } from '../harness/rounds.ts';

const cuts = rounds({ test: 2, prove: 20 });
const lies = rounds({ test: 1, prove: 10 });
const mebibytes = 2_048;

/** A server and its PostgreSQL, with its data on the disk. */
async function serverOn(
  t: TestContext,
  disk: PoweredDisk,
  settings: Readonly<Record<string, string>> = {},
): Promise<PoweredServer> {
  const database = await PostgresNode.start(t, settings, { folder: disk.folder });
  // Here an empty database is made without syncing it.
  disk.sync();
  const environment = { ...postgresEnvironment, DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
  let server: ServerProcess | undefined;
  let isDead = false;
  return {
    disk,
    cutsStarts: false,
    async start() {
      if (isDead) await database.start();
      isDead = false;
      server = await startProcess(t, environment);
      return server.url;
    },
    async die() {
      await database.kill();
      isDead = true;
      await server?.stop('SIGKILL');
    },
  };
}

test(`with PostgreSQL on a disk whose power is cut ${cuts} times, nothing acknowledged is lost and nothing is billed twice`, async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const amount = await assertSurvivesCuts(t, await serverOn(t, made.disk), cuts);
  t.diagnostic(amount);
  withstood('power_cut_on_postgres', amount);
});

/** No flush of the log comes in time by chance. */
const late = { synchronous_commit: 'off', wal_writer_delay: '10s' };

for (const settings of [{ fsync: 'off' }, late]) {
  const [[name] = []] = Object.entries(settings);
  test(`with ${name} = off in PostgreSQL, the same cut loses acknowledged writes`, async (t) => {
    const made = await PoweredDisk.make(t, mebibytes);
    if ('missing' in made) return t.skip(made.missing);
    const { lost } = await lostByACut(t, await serverOn(t, made.disk, settings));
    assert.ok(lost > 0, 'the test would not notice a PostgreSQL that does not sync');
  });
}

test(`after ${lies} cuts below a PostgreSQL that acknowledged what it had not flushed, no write is there in part, and each has one effect when it is sent again`, async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const amount = await assertLossIsWhole(t, await serverOn(t, made.disk, late), lies);
  t.diagnostic(amount);
  withstood('late_flush_below_postgres', amount);
});
