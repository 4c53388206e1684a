// Concurrent writes of two instances to one balance have the same result as one after the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import { auditBooks } from '../../src/reads/audit-books.ts';
import { PostgresConnection } from '../../src/storage/postgres/connection.ts';
import { answerOf, price, startInstances, tenant, untilWaiting, usage } from '../harness/instances.ts';

const agent = 'agent-1';
const xlm = 10n ** 18n;

function grant(amount: bigint, grantId?: string): Command {
  return {
    kind: 'create_grant',
    agent,
    asset: 'XLM',
    amount,
    priority: 100,
    expiresAtMs: undefined,
    note: undefined,
    grantId,
  };
}

const prepaid: Command = {
  kind: 'set_billing',
  agent,
  policy: { mode: 'prepaid', asset: 'XLM', overdraft: 0n, lowAt: [] },
};

function hold(holdId: string): Command {
  return {
    kind: 'create_hold',
    agent,
    serviceId: 'search',
    wanted: { kind: 'amount', amount: xlm },
    expiresInMs: 60_000,
    holdId,
  };
}

const capture = (holdId: string): Command => ({
  kind: 'capture_hold',
  holdId,
  requests: 1,
  usageId: undefined,
  occurredAtNs: undefined,
});

type World = Awaited<ReturnType<typeof startInstances>>;

async function startPrepaid(world: World, amount: bigint): Promise<void> {
  for (const command of [price(10_000_000n), prepaid, grant(amount)]) {
    const [outcome] = await world.first.execute(command);
    assert.equal(outcome?.kind, 'answered');
  }
}

async function assertAudit({ first }: World): Promise<void> {
  const found = await auditBooks(first.books, tenant);
  assert.deepEqual([found.differences, found.balances.differences], [[], []]);
}

test('usage of two instances on two accounts of one agent never overdraws its balance', async (t) => {
  const world = await startInstances(t);
  await startPrepaid(world, 25n * xlm);
  await world.first.execute(price(10_000_000n, 'other'));
  const sent = Array.from({ length: 40 }, (_, number) => {
    const instance = number % 2 === 0 ? world.first : world.second;
    return instance.execute(usage(agent, undefined, 1, number % 4 < 2 ? 'search' : 'other'));
  });
  const statuses = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.equal(statuses.filter((status) => status === 201).length, 25);
  assert.equal(statuses.filter((status) => status === 'insufficient_balance').length, 15);
  await assertAudit(world);
});

test('a batch that waited for a balance sees the changes of the other batch', async (t) => {
  const world = await startInstances(t);
  await startPrepaid(world, xlm);
  const { client, first, second } = world;
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM billing WHERE tenant = $1 AND agent = $2 FOR UPDATE', [tenant, agent]);
  const sent = [first.execute(usage(agent)), second.execute(hold('hold-1'))];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  const statuses = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.deepEqual(statuses.toSorted(), [201, 'insufficient_balance']);
  await assertAudit(world);
});

test('the first grants of an agent at two instances both count, and one id is granted once', async (t) => {
  const world = await startInstances(t);
  const { first, second } = world;
  const sent = Array.from({ length: 20 }, (_, number) =>
    (number % 2 === 0 ? first : second).execute(grant(xlm, `grant-${number >> 1}`)),
  );
  const statuses = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.equal(statuses.filter((status) => status === 201).length, 10);
  assert.equal(statuses.filter((status) => status === 200).length, 10);
  const { balance } = await first.books.wholeBalance({ tenant, agent, asset: 'XLM' });
  assert.equal(balance?.granted, 10n * xlm);
  await assertAudit(world);
});

test('a hold is captured by only one of two instances, and made only once with one id', async (t) => {
  const world = await startInstances(t);
  await startPrepaid(world, 10n * xlm);
  const { first, second } = world;
  for (let round = 0; round < 5; round++) {
    const id = `hold-${round}`;
    const made = await Promise.all([first.execute(hold(id)), second.execute(hold(id))]);
    assert.deepEqual(made.map(([outcome]) => answerOf(outcome).status).toSorted(), [200, 201]);
    const ended = await Promise.all([
      first.execute(capture(id)),
      second.execute({ kind: 'release_hold', holdId: id }),
    ]);
    const statuses = ended.map(([outcome]) => answerOf(outcome).status);
    assert.equal(statuses.filter((status) => status === 'hold_ended').length, 1, statuses.join());
  }
  await assertAudit(world);
});

test('a write of an agent without a balance runs no extra statement on the tables of balances', async (t) => {
  const world = await startInstances(t);
  await startPrepaid(world, xlm);
  const statements: string[] = [];
  const { rows } = PostgresConnection.prototype;
  t.mock.method(
    PostgresConnection.prototype,
    'rows',
    function (this: PostgresConnection, ...args: Parameters<typeof rows>) {
      statements.push(args[0]);
      return rows.apply(this, args);
    },
  );
  const ofBalances = () =>
    statements.filter((sql) => /\b(billing|balances|grants|holds|movements)\b/.test(sql));
  await world.first.execute(usage('agent-2'));
  assert.ok(statements.length > 5);
  assert.deepEqual(
    ofBalances().map((sql) => sql.slice(0, 20)),
    ['SELECT a.tenant, a.a'],
    'with the accounts',
  );
  await world.first.execute(usage(agent));
  assert.ok(ofBalances().length > 5, 'an agent with a balance');
});
