// Writes usage into the named file until a write fails, and prints the outcome. The parent process limits the file
// size, so that SQLite gets a real I/O error at a commit.
import { StorageExecutor } from '../../src/ledger/batch-executor.ts';
import { SqliteStorage } from '../../src/storage/sqlite/write/storage.ts';
import { executorOptions } from './engine.ts';

const [file = ''] = process.argv.slice(2);
const storage = new SqliteStorage({ file, cap: { answersMax: 10, bytesMax: 10_000 } });
const executor = new StorageExecutor(storage, executorOptions);
const { openings: before } = storage;
const item = {
  agent: 'agent-7',
  serviceId: 'search',
  requests: 1,
  usageId: undefined,
  occurredAtNs: undefined,
};
const items = Array.from({ length: 500 }, () => ({ kind: 'valid', item }) as const);
const command = { kind: 'record_usage_bulk', isAtomic: false, items } as const;
const submission = { tenant: 'acme', key: undefined, command };

for (let written = 0; ; written++) {
  const [outcome] = await executor.execute({ submissions: [submission], nowMs: Date.now() });
  if (outcome?.kind === 'answered') continue;
  // The next use opens the file again if the connection was discarded.
  await executor.execute({ submissions: [], nowMs: Date.now() });
  console.log(JSON.stringify({ written, outcome, before, after: storage.openings }));
  break;
}
