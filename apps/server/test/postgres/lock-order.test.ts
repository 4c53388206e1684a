// Explains the order of the steps of a batch: each reason is shown with a simpler statement that would be wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerOf,
  assertBooks,
  bulk,
  connect,
  holdAccount,
  holdKey,
  holdUsageId,
  price,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';
import { nodesOf } from '../harness/nodes.ts';

test('rows joined in the statement that waits for a lock are stale; a batch reads them in a later statement', async (t) => {
  const { url, first, second, client } = await startInstances(t);
  await first.execute(price(7n), usage('agent-1'));
  await holdKey(client, 'k');
  const ahead = first.send(usage('agent-1'), 'k');
  await untilWaiting(client, 1);
  const behind = second.execute(usage('agent-1'));
  const naive = await connect(t, url);
  const joined = naive.query(
    `SELECT a.sequence, l.recorded_requests FROM accounts AS a JOIN account_lines AS l USING (tenant, account)
     WHERE a.tenant = $1 AND a.agent = 'agent-1' FOR UPDATE OF a`,
    [tenant],
  );
  await untilWaiting(client, 3);
  await client.query('ROLLBACK');
  await ahead;
  const [outcome] = await behind;
  assert.equal(answerOf(outcome).body.total, 3);
  // Each entry has one request, so both numbers should be equal, but they are not.
  const [row] = (await joined).rows;
  assert.ok(Number(row.sequence) > Number(row.recorded_requests), JSON.stringify(row));
  await assertBooks(second, 3);
});

test('an insert that does nothing on conflict omits the row; a batch answers with the existing one', async (t) => {
  const { url, first, second, client } = await startInstances(t);
  await holdKey(client, 'k');
  const ahead = first.send(usage('agent-1', 'event-1'), 'k');
  await untilWaiting(client, 1);
  // The entries are on different accounts: only the row of the id itself separates the two.
  const conflicting = second.execute(usage('agent-2', 'event-1'), usage('agent-2', 'event-2'));
  const naive = await connect(t, url);
  const inserted = naive.query(
    `INSERT INTO entries (tenant, id, account, sequence, requests, price_version, line_requests, usage_id, recorded_at_ms)
     VALUES ($1, gen_random_uuid(), gen_random_uuid(), 1, 1, 0, 1, 'event-1', 0)
     ON CONFLICT (tenant, usage_id) WHERE usage_id IS NOT NULL DO NOTHING RETURNING id`,
    [tenant],
  );
  await untilWaiting(client, 3);
  await client.query('ROLLBACK');
  assert.equal(answerOf(await ahead).status, 201);
  const outcomes = await conflicting;
  assert.deepEqual(
    outcomes.map((outcome) => answerOf(outcome).status),
    ['usage_id_conflict', 201],
  );
  assert.equal((await inserted).rows.length, 0, 'and says nothing of the one that is there');
  await assertBooks(first, 2);
});

test('batches lock accounts and take item ids in one order, so none ends in a deadlock', async (t) => {
  const { url, first, second, client } = await startInstances(t);
  await first.execute(usage('agent-1'), usage('agent-2'), usage('agent-3'));
  await holdAccount(client, 'agent-2');
  // The first one waits before the second begins. If each locked its accounts in the order of its commands, the first
  // would get agent-2 while the second holds agent-1, whichever of the two continues first.
  const ahead = first.execute(usage('agent-2'), usage('agent-1'));
  await untilWaiting(client, 1);
  const onAccounts = [ahead, second.execute(usage('agent-1'), usage('agent-2'))];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  await Promise.all(onAccounts);
  await holdUsageId(client, 'm');
  const onIds = [
    first.execute(
      bulk([
        ['agent-1', 'z'],
        ['agent-1', 'm'],
        ['agent-1', 'a'],
      ]),
    ),
    second.execute(
      bulk([
        ['agent-2', 'a'],
        ['agent-2', 'm'],
        ['agent-2', 'z'],
      ]),
    ),
  ];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  await Promise.all(onIds);
  await assertBooks(first, 3 + 4 + 3);
  await Promise.all([first.close(), second.close()]);
  assert.equal(await deadlocks(), 0);
  // The same two orders as separate statements, which the batches do not use.
  const [one, other] = [await connect(t, url), await connect(t, url)];
  const lock = (agent: string) =>
    `SELECT 1 FROM accounts WHERE tenant = '${tenant}' AND agent = '${agent}' FOR UPDATE`;
  for (const [session, agent] of [
    [one, 'agent-1'],
    [other, 'agent-2'],
  ] as const) {
    await session.query('BEGIN');
    await session.query(lock(agent));
  }
  const crossed = await Promise.allSettled([one.query(lock('agent-2')), other.query(lock('agent-1'))]);
  assert.deepEqual(
    crossed.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : [])),
    ['40P01'],
  );

  async function deadlocks(): Promise<number> {
    const sql = 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()';
    const nodes = await nodesOf(t, client, url);
    const found = await Promise.all(nodes.map(async (node) => (await node.query(sql)).rows[0]?.deadlocks));
    return found.reduce((sum, count) => sum + Number(count), 0);
  }
});

test('a batch that is the victim of a deadlock is decided again, and its client does not notice', async (t) => {
  const { first, client } = await startInstances(t);
  await first.execute(usage('agent-1'), usage('agent-2'));
  await holdAccount(client, 'agent-2');
  const batch = first.execute(usage('agent-1'), usage('agent-2'));
  await untilWaiting(client, 1);
  // This is the opposite order of all batches, as in an operator's own statement. The batch waited first, so it is
  // cancelled.
  await client.query(`SELECT 1 FROM accounts WHERE tenant = '${tenant}' AND agent = 'agent-1' FOR UPDATE`);
  await client.query('ROLLBACK');
  assert.deepEqual(
    (await batch).map((outcome) => answerOf(outcome).status),
    [201, 201],
  );
  await assertBooks(first, 4);
});

test('if a price changes while usage waits for its account, the new price applies to that usage and all after it', async (t) => {
  const { first, second, client } = await startInstances(t);
  await first.execute(price(7n), usage('agent-1'));
  await holdAccount(client, 'agent-1');
  const waiting = first.execute(usage('agent-1'));
  await untilWaiting(client, 1);
  // A read of the price before the lock would return the old price here.
  const before = (await client.query('SELECT price_version FROM services')).rows[0]?.price_version;
  assert.equal(answerOf((await second.execute(price(8n)))[0]).status, 200);
  await client.query('ROLLBACK');
  await waiting;
  await second.execute(usage('agent-1'));
  const key = { tenant, agent: 'agent-1', serviceId: 'search' };
  const entries = await first.books.entriesOf(key, 0, 10, 10);
  assert.equal(before, 1);
  assert.deepEqual(
    entries.map(({ priceVersion }) => priceVersion),
    [1, 2, 2],
  );
  await assertBooks(first, 3);
});
