import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { inStroops } from '../src/domain/service.ts';
import type { Submission } from '../src/ledger/submission.ts';
import { openEngine } from './harness/engine.ts';
import { runSql } from './harness/sql.ts';

const item = {
  agent: 'agent',
  serviceId: 'search',
  requests: 3,
  usageId: undefined,
  occurredAtNs: undefined,
};
const usage: Command = { kind: 'record_usage', item };
const settle: Command = {
  kind: 'settle',
  agent: 'agent',
  serviceId: 'search',
  through: undefined,
  expectedStroops: undefined,
  expectedMarks: undefined,
};

/** Opens an engine on empty books, with the answers of its commands. */
async function openBooks(t: Parameters<typeof openEngine>[0]) {
  const { executor, databaseUrl } = await openEngine(t);
  const execute = async (...commands: Command[]) => {
    const submissions = commands.map((command): Submission => ({ tenant: 'acme', command, key: undefined }));
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    return outcomes.map((outcome) => {
      if (outcome.kind !== 'answered') return outcome.kind;
      const body: unknown = JSON.parse(String(outcome.response.body));
      return body;
    });
  };
  await execute({ kind: 'put_service', serviceId: 'search', stated: inStroops(7n), metadata: undefined });
  return { execute, databaseUrl };
}

const member = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;

test('the next batch sees the rows that another connection wrote', async (t) => {
  const { execute, databaseUrl } = await openBooks(t);
  await execute(usage, usage);
  await runSql(databaseUrl, "UPDATE services SET disabled = 1 WHERE service_id = 'search'");
  assert.deepEqual(await execute(usage), ['refused']);
  await runSql(databaseUrl, "UPDATE services SET disabled = 0 WHERE service_id = 'search'");
  const [recorded] = await execute(usage);
  assert.equal(member(recorded, 'total'), 9);
});

test('each batch sees the changes of earlier batches, even after one that failed', async (t) => {
  const { execute, databaseUrl } = await openBooks(t);
  await execute(usage);
  await execute(usage, {
    kind: 'put_service',
    serviceId: 'search',
    stated: inStroops(9n),
    metadata: undefined,
  });
  const [third] = await execute(usage);
  assert.equal(member(third, 'total'), 9);
  // The commit of an entry fails if its number is already used.
  await runSql(databaseUrl, 'UPDATE accounts SET sequence = 1');
  assert.deepEqual(await execute(usage), ['fault']);
  await runSql(databaseUrl, 'UPDATE accounts SET sequence = 3');
  const [settled, after] = await execute(settle, usage);
  assert.equal(member(settled, 'requests'), 9);
  // The bill has two items at 7 and one at 9.
  assert.equal(member(settled, 'billedStroops'), String(6 * 7 + 3 * 9));
  assert.equal(member(after, 'total'), 3);
});
