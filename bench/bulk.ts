import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { books } from '../apps/server/src/storage/sqlite/migrations/0001-books.ts';
import { loadHttp, postRequest } from './http-load.ts';
import { type ProcessUse, processUse, useEach } from './process-use.ts';
import { startServer } from './server-process.ts';
import { uuidV7 } from './usage-requests.ts';

const itemsPerBulk = 1_000;
const agents = 50;
const connections = 4;

/** Items a second: through the server in bulks, and in a bare loop that inserts the same rows. */
export interface BulkRound {
  readonly bareRowsPerSecond: number;
  readonly itemsPerSecond: number;
  readonly p99Ms: number;
  /** processor time for each item, in microseconds: of the generator, and of the server */
  readonly generatorUs: number;
  readonly each: ProcessUse;
}

/** Measures bulks of 1,000 items with ids against bare inserts of the same rows, 1,000 a transaction, synced. */
export async function measureBulk(warmUpMs: number, durationMs: number): Promise<BulkRound> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const bareRowsPerSecond = bareInserts(join(folder, 'bare.db'), durationMs);
  const server = await startServer('apps/server/src/main.ts', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: `file:${join(folder, 'books.db')}`,
  });
  const bulks = new Bulks();
  const load = (forMs: number) =>
    loadHttp({
      port: server.port,
      connections,
      warmUpMs: 0,
      durationMs: forMs,
      nextRequest: () => postRequest('/api/v1/usage/bulk', bulks.next(), [`Idempotency-Key: ${uuidV7()}`]),
    });
  await load(warmUpMs);
  const before = processUse(server.pid);
  const report = await load(durationMs);
  const each = useEach(before, processUse(server.pid), report.requests * itemsPerBulk);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return {
    bareRowsPerSecond,
    itemsPerSecond: report.requestsPerSecond * itemsPerBulk,
    p99Ms: report.p99Ms,
    generatorUs: report.generatorUs / itemsPerBulk,
    each,
  };
}

/** The bodies of bulks. Only the ids of their items differ, so the rest of the text is serialized once. */
class Bulks {
  #row = 0;
  readonly #heads = Array.from({ length: agents }, (_, agent) =>
    JSON.stringify({ agent: `agent-${agent}`, serviceId: 'input-tokens', requests: 374, id: '' }).slice(
      0,
      -2,
    ),
  );

  next(): string {
    let items = '';
    for (let item = 0; item < itemsPerBulk; item++) {
      this.#row += 1;
      items += `${item === 0 ? '' : ','}${this.#heads[this.#row % agents]}${usageId(this.#row)}"}`;
    }
    return `{"items":[${items}]}`;
  }
}

function usageId(row: number): string {
  return `0a1b2c3d4e5f-${String(row).padStart(12, '0')}-0123456789abcdef`;
}

/** Inserts the same rows into the same tables and indexes, without any check for duplicates. */
function bareInserts(file: string, durationMs: number): number {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  database.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536');
  database.exec(books);
  for (let account = 1; account <= agents; account++) {
    database.exec(
      `INSERT INTO accounts VALUES (${account}, 'public', 'agent-${account}', 'input-tokens', 0, 0, 0, 0, 0, 0)`,
    );
  }
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const startMs = performance.now();
  let row = 0;
  while (performance.now() - startMs < durationMs) {
    database.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < itemsPerBulk; i++) {
      row += 1;
      const id = Buffer.alloc(16);
      id.writeUIntBE(Date.now(), 0, 6);
      id.writeUInt32BE(row, 6);
      insert.run('public', id, (row % agents) + 1, row, 374, 1, row, usageId(row), null, Date.now());
    }
    database.exec('COMMIT');
  }
  const seconds = (performance.now() - startMs) / 1000;
  database.close();
  return row / seconds;
}
