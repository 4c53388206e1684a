// Concurrent writes of two instances on one database have the same result as one after the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import { priceOfStroops } from '../../src/domain/money.ts';
import { inStroops } from '../../src/domain/service.ts';
import { webhooksMax } from '../../src/domain/webhook.ts';
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

const settleAll: Command = { kind: 'settle_bulk', agent: 'agent-1' };

/** Locks all changes of a tenant except those of accounts. */
const holdTenantSql = `SELECT 1 FROM tenants WHERE tenant = '${tenant}' FOR UPDATE`;

function webhook(number: number): Command {
  const url = `https://receiver.example/${number}`;
  return {
    kind: 'create_webhook',
    url,
    events: ['*'],
    secret: 's',
    keptSecret: 'plain s',
    challenge: undefined,
  };
}

test('one key at two instances is one operation, even if no lock separates them', async (t) => {
  const { first, second, client } = await startInstances(t);
  for (const [round, command] of [usage('agent-1'), price(7n), settleAll].entries()) {
    const key = `key-${round}`;
    await holdKey(client, key);
    const sent = [first.send(command, key), second.send(command, key)];
    await untilWaiting(client, 2);
    await client.query('ROLLBACK');
    const [one, other] = (await Promise.all(sent)).map(answerOf);
    assert.deepEqual(one?.body, other?.body);
    assert.deepEqual([one?.replayed, other?.replayed].toSorted(), [false, true]);
  }
  const [one, other] = await Promise.all([
    first.send(usage('agent-1'), 'shared'),
    second.send(usage('agent-2'), 'shared'),
  ]);
  assert.deepEqual([answerOf(one).status, answerOf(other).status].toSorted(), [201, 'idempotency_conflict']);
  await assertBooks(first, 2);
});

test('one usage id sent for two accounts at the same time is recorded for one of them', async (t) => {
  const { first, second, client } = await startInstances(t);
  await holdUsageId(client, 'event-1');
  const sent = [first.execute(usage('agent-1', 'event-1')), second.execute(usage('agent-2', 'event-1'))];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  const answers = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.deepEqual(answers.toSorted(), [201, 'usage_id_conflict']);
  await assertBooks(first, 1);
});

test('bulks with the same ids in any order bill each id once, at both instances', async (t) => {
  const { first, second } = await startInstances(t);
  const ids = Array.from({ length: 200 }, (_, number) => `event-${number}`);
  for (let round = 0; round < 5; round++) {
    const items = ids.map((id, number) => [`agent-${number % 3}`, `${round}-${id}`] as const);
    const answers = await Promise.all([
      first.execute(bulk(items)),
      second.execute(bulk(items.toReversed())),
      first.execute(bulk(items.slice(50))),
    ]);
    for (const [outcome] of answers) assert.equal(outcome?.kind, 'answered');
  }
  await assertBooks(second, 5 * ids.length);
});

test('a settlement of all accounts meets new accounts and usage: each request is billed once', async (t) => {
  const { first, second, client } = await startInstances(t);
  await first.execute(price(7n, 'service-0'), usage('agent-1', undefined, 1, 'service-0'));
  await holdAccount(client, 'agent-1', 'service-0');
  const settling = first.execute(settleAll);
  await untilWaiting(client, 1);
  // The account is created after the settlement has listed the accounts, and before it reads any of them.
  await second.execute(price(7n, 'service-1'), usage('agent-1', undefined, 1, 'service-1'));
  await client.query('ROLLBACK');
  assert.equal(answerOf((await settling)[0]).body.items.length, 1);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      number % 2 === 0
        ? first.execute(settleAll)
        : second.execute(usage('agent-1', undefined, 1, `service-${(number >> 1) % 2}`)),
    ),
  );
  for (const [outcome] of outcomes) assert.notEqual(outcome?.kind, 'fault');
  await second.execute(settleAll);
  const bills = await first.books.settlementsAfter(tenant, '00000000-0000-0000-0000-000000000000', 100);
  assert.equal(
    bills.reduce((sum, { requests }) => sum + requests, 0),
    12,
  );
  await assertBooks(first, 12);
});

test('of simultaneous price and description changes at two instances none is lost, and versions have no gaps', async (t) => {
  const { first, second, client } = await startInstances(t);
  await first.execute(price(1n));
  await client.query('BEGIN');
  await client.query(holdTenantSql);
  const changes = [
    first.execute({ kind: 'set_price', serviceId: 'search', stated: inStroops(2n) }),
    second.execute({ kind: 'set_metadata', serviceId: 'search', metadata: { description: 'd', owner: 'o' } }),
  ];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  await Promise.all(changes);
  const service = await first.books.service(tenant, 'search');
  assert.deepEqual([service?.price, service?.description, service?.owner], [priceOfStroops(2n), 'd', 'o']);
  await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      (number % 2 === 0 ? first : second).execute(price(BigInt(100 + number))),
    ),
  );
  const prices = await first.books.pricesAfter(tenant, 'search', 0, 100);
  assert.deepEqual(
    prices.map(({ version }) => version),
    Array.from({ length: 22 }, (_, number) => number + 1),
  );
});

test('a service is deleted before or after simultaneous usage, and the usage can be settled', async (t) => {
  const { first, second, client } = await startInstances(t);
  await first.execute(price(7n));
  await holdUsageId(client, 'event-1');
  const recording = first.execute(usage('agent-1', 'event-1'));
  await untilWaiting(client, 1);
  const deleted = await second.execute({ kind: 'delete_service', serviceId: 'search' });
  await client.query('ROLLBACK');
  assert.equal(answerOf(deleted[0]).status, 204);
  assert.equal(answerOf((await recording)[0]).status, 201);
  // The result is the same as if the service had been deleted first: later usage is billed at its last price.
  const settled = await second.execute(settleAll);
  assert.equal(answerOf(settled[0]).body.totalBilledStroops, '7');
  await first.execute(price(8n), usage('agent-1'));
  const refused = await second.execute({ kind: 'delete_service', serviceId: 'search' });
  assert.equal(answerOf(refused[0]).status, 'service_has_outstanding_usage');
  await assertBooks(first, 2);
});

test('the last webhook that a tenant may have is created once', async (t) => {
  const { first, second, client } = await startInstances(t);
  for (let number = 1; number < webhooksMax; number++) await first.execute(webhook(number));
  await client.query('BEGIN');
  await client.query(holdTenantSql);
  const made = [first.execute(webhook(100)), second.execute(webhook(101))];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  const answers = (await Promise.all(made)).map(([outcome]) => answerOf(outcome).status);
  assert.deepEqual(answers.toSorted(), [201, 'limit_exceeded']);
  assert.equal((await first.books.webhooks(tenant)).length, webhooksMax);
});

test('the outcomes of two simultaneous attempts are both recorded, and the successful one counts', async (t) => {
  const { first, second, client } = await startInstances(t);
  const made = answerOf((await first.execute(webhook(1)))[0]).body;
  await first.execute(usage('agent-1'), usage('agent-1'));
  const deliveries = () =>
    first.books.deliveriesBefore(tenant, made.id, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9);
  const [one, other] = await deliveries();
  assert.ok(one && other);
  const report = (eventId: string, outcome: 'delivered' | 'timed_out'): Command => ({
    kind: 'report_delivery',
    webhookId: made.id,
    eventId,
    result: { outcome, status: undefined, retryAfterMs: undefined, jitter: 0.5 },
    clearsFailures: false,
    provenUrl: undefined,
  });
  for (const [eventId, outcomes] of [
    [one.eventId, ['timed_out', 'timed_out']],
    [other.eventId, ['delivered', 'timed_out']],
  ] as const) {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM deliveries WHERE tenant = $1 AND event = $2 FOR UPDATE', [
      tenant,
      eventId,
    ]);
    const reports = [
      first.execute(report(eventId, outcomes[0])),
      second.execute(report(eventId, outcomes[1])),
    ];
    await untilWaiting(client, 2);
    await client.query('ROLLBACK');
    await Promise.all(reports);
  }
  const after = new Map((await deliveries()).map((delivery) => [delivery.eventId, delivery]));
  assert.deepEqual(after.get(one.eventId)?.attempts, 2);
  assert.deepEqual(after.get(other.eventId)?.state, 'delivered');
});

test('accounts that only a refusal touched are not kept, nor anything of a batch of replays', async (t) => {
  const { url, first, second, client } = await startInstances(t);
  const disabled: Command = { kind: 'set_disabled', serviceId: 'search', disabled: true };
  await first.execute(price(7n), disabled);
  const settle: Command = {
    kind: 'settle',
    agent: 'nobody',
    serviceId: 'search',
    through: 3,
    expectedStroops: undefined,
    expectedMarks: undefined,
  };
  // The missing account is locked alone and together with a committed one, and also while another instance waits for
  // the same account.
  await first.execute(usage('nobody'));
  await first.execute(settle, usage('nobody'), usage('somebody', undefined, 1, 'other'));
  await Promise.all([
    first.execute(settle),
    second.execute(settle, usage('somebody', undefined, 1, 'other')),
  ]);
  const accounts = await client.query('SELECT agent FROM accounts');
  assert.deepEqual(accounts.rows, [{ agent: 'somebody' }]);
  await first.send(usage('somebody', 'event-1', 1, 'other'), 'k');
  const session = await connect(t, url);
  const state = async () => {
    const rows = await session.query(`SELECT a.xmin::text || l.xmin::text || s.xmin::text AS versions,
      (SELECT count(*) FROM records WHERE tenant = '${tenant}') + (SELECT count(*) FROM answers WHERE tenant = '${tenant}')
        + (SELECT count(*) FROM entries WHERE tenant = '${tenant}') AS kept
      FROM accounts AS a JOIN account_lines AS l USING (tenant, account) JOIN scopes AS s USING (tenant)
      WHERE tenant = '${tenant}'`);
    return rows.rows;
  };
  const before = await state();
  for (let retry = 0; retry < 3; retry++) {
    assert.equal(answerOf(await second.send(usage('somebody', 'event-1', 1, 'other'), 'k')).replayed, true);
    const [again] = await second.execute(usage('somebody', 'event-1', 1, 'other'));
    assert.equal(answerOf(again).body.status, 'duplicate');
  }
  assert.deepEqual(await state(), before);
  await assertBooks(first, 3);
});

test('an account and its service are read as of one moment', async (t) => {
  const { url, first, client } = await startInstances(t);
  await first.execute(price(7n), usage('agent-1'));
  const key = { tenant, agent: 'agent-1', serviceId: 'search' };
  // Another connection changes both during the read, which waits after it has read the service.
  const other = await connect(t, url);
  await other.query('BEGIN');
  await other.query('LOCK TABLE services IN ACCESS EXCLUSIVE MODE');
  const reading = first.books.accountAndService(key);
  await untilWaiting(client, 1);
  await other.query('UPDATE services SET price_version = 2, price = 800000');
  await other.query('UPDATE accounts SET settlements = 2');
  await other.query('COMMIT');
  const { account, service } = await reading;
  assert.deepEqual([account?.settlements, service?.priceVersion], [2, 2]);
});
