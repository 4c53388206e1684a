import type { Config } from './config.ts';
import { aheadToleranceMs } from './domain/usage.ts';
import type { ExecutorOptions } from './ledger/batch-executor.ts';
import type { OnCommitted } from './ledger/gathering-executor.ts';
import { openPostgres } from './storage/postgres/open.ts';
import { openSqlite } from './storage/sqlite/open.ts';
import type { Storage } from './storage/storage.ts';

const sealedAnswerTtlMs = 600_000;

/** Opens the engine that `DATABASE_URL` selects. */
export function openStorage(
  config: Config,
  nowMs: (() => number) | undefined,
  onCommitted: OnCommitted,
  onDistributed: (tables: readonly string[]) => void,
): Promise<Storage> {
  const { database } = config;
  const cap = { answersMax: config.answersMax, bytesMax: config.answerBytesMax };
  switch (database.kind) {
    case 'sqlite':
      return openSqlite(
        { file: database.file, cap, readThreads: config.readThreads },
        executorOptions(config),
        nowMs ?? Date.now,
        onCommitted,
      );
    case 'postgres':
      return openPostgres(
        {
          ...database,
          cap,
          retentionMs: config.retentionMs,
          readThreads: config.readThreads,
          onDistributed,
        },
        executorOptions(config),
        nowMs,
        onCommitted,
      );
  }
}

function executorOptions(config: Config): ExecutorOptions {
  return {
    policy: { retentionMs: config.retentionMs, futureToleranceMs: aheadToleranceMs },
    answerTtlMs: config.answerTtlMs,
    sealedAnswerTtlMs: Math.min(sealedAnswerTtlMs, config.answerTtlMs),
    bulkItemsMax: config.bulkItemsMax,
    atRestKeys: config.atRestKeys,
  };
}
