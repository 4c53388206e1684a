// A tenant without balances pays nothing for the balances of others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { StorageExecutor } from '../src/ledger/batch-executor.ts';
import { SqliteConnection } from '../src/storage/sqlite/connection.ts';
import { SqliteStorage } from '../src/storage/sqlite/write/storage.ts';
import { statementName } from '../src/storage/statement-of.ts';
import { executorOptions } from './harness/engine.ts';
import { onEnd } from './harness/on-end.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const tenant = 'acme';
const tablesOfBalances = /\b(billing|balances|grants|holds|movements)$/;

function usage(agent: string): Command {
  return {
    kind: 'record_usage',
    item: { agent, serviceId: 'search', requests: 1, usageId: undefined, occurredAtNs: undefined },
  };
}

function grant(agent: string, grantId?: string): Command {
  return {
    kind: 'create_grant',
    agent,
    asset: 'XLM',
    amount: 1n,
    priority: 0,
    expiresAtMs: undefined,
    note: undefined,
    grantId,
  };
}

test('a write of an agent without a balance runs the same statements, even if other agents have one', async (t) => {
  const file = `${temporaryFolder(t)}/books.db`;
  let storage = new SqliteStorage({ file, cap: { answersMax: 1_000, bytesMax: 1_000_000 } });
  onEnd(t, () => storage.close());
  let names: string[] = [];
  const counted = <A extends unknown[], R>(original: (this: SqliteConnection, ...args: A) => R) =>
    function (this: SqliteConnection, ...args: A): R {
      names.push(statementName(String(args[0])));
      return original.apply(this, args);
    };
  const { run, get, all } = SqliteConnection.prototype;
  t.mock.method(SqliteConnection.prototype, 'run', counted(run));
  t.mock.method(SqliteConnection.prototype, 'get', counted(get));
  t.mock.method(SqliteConnection.prototype, 'all', counted(all));
  const statementsOf = async (command: Command) => {
    names = [];
    const executor = new StorageExecutor(storage, executorOptions);
    const [outcome] = await executor.execute({
      submissions: [{ tenant, command, key: undefined }],
      nowMs: 1_000,
    });
    assert.equal(outcome?.kind, 'answered');
    return [...names];
  };
  await statementsOf(usage('without'));
  const before = await statementsOf(usage('without'));
  assert.ok(before.length > 5);
  assert.deepEqual(
    before.filter((name) => tablesOfBalances.test(name)),
    [],
  );
  await statementsOf(grant('with'));
  assert.deepEqual(await statementsOf(usage('without')), before);
  await statementsOf(usage('with'));
  const billed = await statementsOf(usage('with'));
  assert.ok(
    billed.some((name) => tablesOfBalances.test(name)),
    'an agent with a balance is looked up',
  );
  storage.close();
  storage = new SqliteStorage({ file, cap: { answersMax: 1_000, bytesMax: 1_000_000 } });
  await statementsOf(usage('without'));
  assert.deepEqual(await statementsOf(usage('without')), before, 'also after the file was opened again');
  await statementsOf(usage('with'));
  assert.deepEqual(await statementsOf(usage('with')), billed);
});
