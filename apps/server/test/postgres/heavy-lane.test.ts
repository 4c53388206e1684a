// Tests what waits for a heavy command and what does not: a lock of the test stops the command in the middle of its
// work.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { settleBulkAccountsFirst, settleBulkAccountsMax } from '../../src/domain/commands/settlements.ts';
import { inStroops } from '../../src/domain/service.ts';
import { wantsOf } from '../../src/ledger/wants.ts';
import { ExclusiveConnection } from '../../src/storage/postgres/exclusive-connection.ts';
import { findAccounts } from '../../src/storage/postgres/write/find-accounts.ts';
import {
  answerOf,
  assertBooks,
  holdAccount,
  type Instance,
  keyUse,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

/** More accounts than the initial weight of a settle/bulk. */
const accounts = settleBulkAccountsFirst + 20;
const agent = 'agent-1';
const settle = { kind: 'settle_bulk', agent, accountsMax: settleBulkAccountsFirst } as const;
/** More than the initial weight of a settle/bulk, and less than the weight that the server finds later. */
const heavyItemsMin = settleBulkAccountsFirst + 10;

/** Makes an agent with many accounts. One account is locked, so that a settlement of all of them waits. */
async function startHeld(t: TestContext) {
  const instances = await startInstances(t);
  const { first, second, client } = instances;
  // A wait for a lock lasts at most four seconds, so no thread must start during it.
  for (const instance of [first, second]) {
    const idle = { kind: 'settle_bulk', agent: 'no one', accountsMax: heavyItemsMin } as const;
    await instance.ledger(heavyItemsMin).submit({ tenant, key: undefined, command: idle });
  }
  const ids = Array.from({ length: accounts }, (_, number) => `service-${number}`);
  await first.execute({
    kind: 'put_service_bulk',
    items: ids.map((serviceId) => ({
      kind: 'valid',
      item: { kind: 'put_service', serviceId, stated: inStroops(7n), metadata: undefined },
    })),
  });
  await first.execute(...ids.map((serviceId) => usage(agent, undefined, 3, serviceId)));
  await holdAccount(client, agent, 'service-5');
  return instances;
}

/** Submits to the queue of an instance, and notes the order in which its submissions end. */
function submitTo(instance: Instance, ended: string[] = []) {
  const ledger = instance.ledger(heavyItemsMin);
  const submit = async (what: string, own: string, command: Parameters<typeof keyUse>[0], key?: string) => {
    const outcome = await ledger.submit({
      tenant: own,
      command,
      key: key === undefined ? undefined : keyUse(command, key),
    });
    ended.push(what);
    return answerOf(outcome);
  };
  return { ledger, submit, ended };
}

test('during a heavy command other tenants of its lane write, and its own tenant waits', async (t) => {
  const { first, client } = await startHeld(t);
  const { submit, ended, ledger } = submitTo(first);
  const before = submit('before', tenant, usage(agent, undefined, 1, 'service-0'));
  const settling = submit('settle', tenant, settle);
  await untilWaiting(client, 1);
  const after = submit('after', tenant, usage(agent, undefined, 2, 'service-5'));
  const drained = ledger.drain().then(() => ended.push('drained'));
  await client.query('ROLLBACK');
  await drained;
  assert.deepEqual(ended, ['before', 'settle', 'after', 'drained']);
  const bills = (await settling).body;
  assert.equal(bills.items.length, accounts);
  assert.equal(bills.totalBilledStroops, String((accounts * 3 + 1) * 7));
  assert.equal((await before).status, 201);
  assert.equal((await after).body.total, 2, 'what came after the settlement is on the next bill');
  await assertBooks(first, accounts * 3 + 3);
});

test('the other tenants of a lane do not wait for a heavy command', async (t) => {
  const { first, client } = await startHeld(t);
  const { submit, ended } = submitTo(first);
  const settling = submit('settle', tenant, settle);
  await untilWaiting(client, 1);
  const own = submit('own', tenant, usage('agent-2', undefined, 1, 'service-7'));
  for (let count = 0; count < 3; count++)
    assert.equal((await submit('other', 'other', usage('agent-1'))).status, 201);
  assert.deepEqual(ended, ['other', 'other', 'other']);
  await client.query('ROLLBACK');
  await Promise.all([settling, own]);
  assert.deepEqual(ended.slice(3), ['settle', 'own']);
});

test('a duplicate of a command in the heavy lane is answered once the command has ended', async (t) => {
  const { first, second, client } = await startHeld(t);
  const one = submitTo(first);
  const two = submitTo(second);
  const same = [one.submit('1', tenant, settle, 'k')];
  await untilWaiting(client, 1);
  same.push(one.submit('2', tenant, settle, 'k'), two.submit('3', tenant, settle, 'k'));
  // The other instance has it in its own heavy lane, where it waits for the locks of the first instance.
  await untilWaiting(client, 2);
  for (const { submit } of [one, two]) assert.equal((await submit('other', 'other', usage('a'))).status, 201);
  await client.query('ROLLBACK');
  const answers = [...(await Promise.all(same)), await one.submit('4', tenant, settle, 'k')];
  const bills = new Set(answers.map(({ body }) => JSON.stringify(body)));
  assert.equal(bills.size, 1);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
  const account = await first.books.account({ tenant, agent, serviceId: 'service-0' });
  assert.deepEqual([account?.settlements, account?.settledRequests], [1, 3]);
  await assertBooks(second, accounts * 3);
});

test('a heavy command whose connection breaks is not applied, and its retry is', async (t) => {
  const { first, client } = await startHeld(t);
  const { submit } = submitTo(first);
  const settling = submit('settle', tenant, settle, 'k');
  await untilWaiting(client, 1);
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT pid FROM pg_locks WHERE NOT granted) AS w',
  );
  assert.equal((await settling).status, 'storage_unavailable');
  await client.query('ROLLBACK');
  const retried = await submit('retry', tenant, settle, 'k');
  assert.deepEqual([retried.body.items.length, retried.replayed], [accounts, false]);
  await assertBooks(first, accounts * 3);
});

test('weighing a settle/bulk takes one statement with one row for each agent, no matter how many accounts it has', async (t) => {
  const { url, client } = await startInstances(t);
  await client.query(
    `INSERT INTO accounts (tenant, account, agent, service_id, sequence)
     SELECT $1, gen_random_uuid(), 'agent-' || agent, 'service-' || number, 1
     FROM generate_series(1, 2) AS agent, generate_series(1, $2::integer * agent) AS number`,
    [tenant, settleBulkAccountsMax / 2 + 1],
  );
  const connection = await ExclusiveConnection.open({ url, isPrepared: true });
  onEnd(t, () => connection.close());
  const read = t.mock.method(connection, 'rows');
  const commands = ['agent-1', 'agent-2', 'agent-3'].map((name) => ({ ...settle, agent: name }));
  const found = await findAccounts(
    connection,
    wantsOf(
      commands.map((command) => ({ tenant, command, key: undefined })),
      0,
    ),
  );
  assert.deepEqual(
    found.counts.map(({ count }) => count),
    [settleBulkAccountsMax / 2 + 1, settleBulkAccountsMax + 1, 0],
    'counted no further than it matters',
  );
  assert.deepEqual(found.accounts, []);
  assert.equal(read.mock.callCount(), 3);
  for (const { result } of read.mock.calls) assert.equal((await result)?.length, 1);
});
