import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { inStroops } from '../src/domain/service.ts';
import { openEngine } from './harness/engine.ts';
import { runSql } from './harness/sql.ts';

function usage(agent: string): Command {
  const item = { agent, serviceId: 'search', requests: 3, usageId: undefined, occurredAtNs: undefined };
  return { kind: 'record_usage', item };
}

test('a command that cannot be carried out does not fail the others in its batch', async (t) => {
  const { executor, books, databaseUrl } = await openEngine(t);
  const execute = async (...commands: Command[]) => {
    const submissions = commands.map((command) => ({ tenant: 'acme', command, key: undefined }));
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    return outcomes.map((outcome) => (outcome.kind === 'fault' ? outcome.code : outcome.kind));
  };
  const price: Command = {
    kind: 'put_service',
    serviceId: 'search',
    stated: inStroops(7n),
    metadata: undefined,
  };
  await execute(price, usage('damaged'), usage('damaged'));
  // An entry was deleted directly from the database: its account cannot be settled up to it.
  await runSql(databaseUrl, 'DELETE FROM entries WHERE sequence = 1');
  const settle: Command = {
    kind: 'settle',
    agent: 'damaged',
    serviceId: 'search',
    through: 1,
    expectedStroops: undefined,
    expectedMarks: undefined,
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
  // An insert of a row that should not exist yet fails too.
  await runSql(databaseUrl, 'UPDATE accounts SET sequence = 1');
  assert.deepEqual(await execute(usage('new'), usage('damaged'), usage('newer')), [
    'answered',
    'internal_error',
    'answered',
  ]);
  assert.equal(await total('new'), 3);
  assert.equal(await total('newer'), 3);
});
