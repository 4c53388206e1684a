import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { StorageExecutor } from '../src/ledger/batch-executor.ts';
import { SqliteBooks } from '../src/storage/sqlite/sqlite-books.ts';
import { SqliteStorage } from '../src/storage/sqlite/sqlite-storage.ts';
import { onEnd } from './harness/on-end.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const cap = { answersMax: 1_000, bytesMax: 1_000_000 };
const options = {
  policy: { retentionMs: 1e10, futureToleranceMs: 300_000 },
  answerTtlMs: 1e9,
  sealedAnswerTtlMs: 600_000,
  bulkItemsMax: 1_000,
  atRestKeys: [],
};

function usage(agent: string): Command {
  const item = { agent, serviceId: 'search', requests: 3, usageId: undefined, occurredAtNs: undefined };
  return { kind: 'record_usage', item };
}

test('one command that cannot be carried out does not sink its neighbours in the batch', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const storage = new SqliteStorage({ file, cap });
  const books = new SqliteBooks(file, cap);
  onEnd(t, () => {
    books.close();
    storage.close();
  });
  const executor = new StorageExecutor(storage, options);
  const execute = async (...commands: Command[]) => {
    const submissions = commands.map((command) => ({ tenant: 'acme', command, key: undefined }));
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    return outcomes.map((outcome) => (outcome.kind === 'fault' ? outcome.code : outcome.kind));
  };
  const price: Command = { kind: 'put_service', serviceId: 'search', priceStroops: 7n, metadata: undefined };
  await execute(price, usage('damaged'), usage('damaged'));
  // Somebody took an entry out of the books behind the server's back: its account cannot be settled up to there.
  const vandal = new DatabaseSync(file);
  vandal.exec('DELETE FROM entries WHERE sequence = 1');
  vandal.close();
  const settle: Command = {
    kind: 'settle',
    agent: 'damaged',
    serviceId: 'search',
    through: 1,
    expectedStroops: undefined,
    ifMatch: undefined,
  };
  assert.deepEqual(await execute(usage('left'), settle, usage('right')), [
    'answered',
    'internal_error',
    'answered',
  ]);
  const total = async (agent: string) =>
    (await books.account({ tenant: 'acme', agent, serviceId: 'search' }))?.recordedRequests;
  assert.equal(await total('left'), 3);
  assert.equal(await total('right'), 3);
  const damaged = await books.account({ tenant: 'acme', agent: 'damaged', serviceId: 'search' });
  assert.equal(damaged?.settlements, 0);
});
