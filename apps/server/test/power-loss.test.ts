// Power cuts below a real server: its file is on an ext4 that forgets what was not synced.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  assertLossIsWhole,
  assertSurvivesCuts,
  lostByACut,
  type PoweredServer,
} from './harness/power-cuts.ts';
import { PoweredDisk } from './harness/powered-disk.ts';
import { type ServerProcess, startProcess } from './harness/process.ts';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';

const cuts = rounds({ test: 3, prove: 60 });
const lies = rounds({ test: 1, prove: 20 });
const mebibytes = 512;

/** A server on SQLite with its file on the disk. */
function serverOn(
  t: TestContext,
  disk: PoweredDisk,
  environment: Readonly<Record<string, string>> = {},
): PoweredServer {
  let starting: Promise<ServerProcess> | undefined;
  const DATABASE_URL = `file:${join(disk.folder, 'books.db')}`;
  return {
    disk,
    cutsStarts: true,
    async start() {
      starting = startProcess(t, { DATABASE_URL, LOG_LEVEL: 'silent', ...environment });
      return (await starting).url;
    },
    async die() {
      const server = await starting?.catch(() => undefined);
      await server?.stop('SIGKILL');
    },
  };
}

test(`a server on SQLite whose power is cut ${cuts} times loses nothing acknowledged and bills nothing twice`, async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const amount = await assertSurvivesCuts(t, serverOn(t, made.disk), cuts);
  t.diagnostic(amount);
  withstood('power_cut_on_sqlite', amount);
});

/** What plants a disk that reports as synced what it has not kept. */
const lying = (synchronous: string) => ({
  NODE_OPTIONS: `--import=${new URL('harness/unsynced-sqlite.ts', import.meta.url).href}`,
  BILLONCE_TEST_SYNCHRONOUS: synchronous,
});

for (const synchronous of ['OFF', 'NORMAL']) {
  test(`with PRAGMA synchronous = ${synchronous} the same cut loses acknowledged writes`, async (t) => {
    const made = await PoweredDisk.make(t, mebibytes);
    if ('missing' in made) return t.skip(made.missing);
    const { lost } = await lostByACut(t, serverOn(t, made.disk, lying(synchronous)));
    assert.ok(lost > 0, 'the test would not notice a server that does not sync');
  });
}

test(`after ${lies} cuts of a disk that lied about syncs, no write is there in part, and each has one effect when it is sent again`, async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const amount = await assertLossIsWhole(t, serverOn(t, made.disk, lying('NORMAL')), lies);
  t.diagnostic(amount);
  withstood('lying_disk_below_sqlite', amount);
});
