import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorOptions } from '../apps/server/src/ledger/batch-executor.ts';
import { openPostgres } from '../apps/server/src/storage/postgres/open.ts';
import { openSqlite } from '../apps/server/src/storage/sqlite/open.ts';
import type { Storage } from '../apps/server/src/storage/storage.ts';
import { startPostgres } from '../packages/idempotency/test/harness/postgres.ts';

const dayMs = 86_400_000;
const cap = { answersMax: 1_000_000, bytesMax: 1_000_000_000 };

const executor: ExecutorOptions = {
  policy: { retentionMs: 400 * dayMs, futureToleranceMs: 300_000 },
  answerTtlMs: dayMs,
  sealedAnswerTtlMs: 600_000,
  bulkItemsMax: 1_000,
  atRestKeys: [],
};

/**
 * Opens an engine on an empty database that is removed at the end.
 *
 * @param nowMs the clock that sets the time of a batch; by default the clock of the engine
 */
export async function openStorage(
  engine: string,
  nowMs?: () => number,
): Promise<{ readonly storage: Storage; readonly end: () => Promise<void> }> {
  const onCommitted = () => undefined;
  if (engine === 'postgres') {
    const postgres = await startPostgres({
      settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
    });
    const options = {
      url: postgres.connectionString,
      cap,
      lanes: 4,
      readConnections: 2,
      readThreads: 1,
      isPrepared: true,
      allowsUnsafe: false,
      statementMs: 5_000,
      retentionMs: executor.policy.retentionMs,
    };
    return { storage: await openPostgres(options, executor, nowMs, onCommitted), end: postgres.stop };
  }
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const storage = await openFile(join(folder, 'books.db'), nowMs);
  return { storage, end: async () => rmSync(folder, { recursive: true }) };
}

/** Opens SQLite on a file. */
export async function openFile(file: string, nowMs: () => number = Date.now): Promise<Storage> {
  return await openSqlite({ file, cap, readThreads: 1 }, executor, nowMs, () => undefined);
}
