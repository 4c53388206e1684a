// Limits on several instances: a counter is locked after the accounts, and read after it was locked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import type { SetLimit } from '../../src/domain/commands/limits.ts';
import { inStroops } from '../../src/domain/service.ts';
import { auditBooks } from '../../src/reads/audit-books.ts';
import {
  answerOf,
  connect,
  holdAccount,
  type Instances,
  startInstance,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';

const minuteMs = 60_000;

function limit(quantity: number, agent?: string): SetLimit {
  return {
    kind: 'set_limit',
    name: agent === undefined ? 'all' : 'each',
    agent,
    serviceId: undefined,
    apiKeyPrefix: undefined,
    asset: undefined,
    window: 'lifetime',
    max: BigInt(quantity) * 1_000_000n,
    action: 'refuse',
    notifyAt: [1_000],
  };
}

const usageService = 'search';
const firstPlace = '00000000-0000-0000-0000-000000000000';

function hold(agent: string, holdId: string): Command {
  const wanted = { kind: 'use', requests: 1 } as const;
  return { kind: 'create_hold', agent, serviceId: usageService, wanted, expiresInMs: minuteMs, holdId };
}

/** Sets limits so long ago that the audit knows exactly what each must have counted. */
async function limited(instances: Instances, ...limits: readonly Command[]): Promise<void> {
  for (const outcome of await instances.first.execute(...limits)) assert.equal(answerOf(outcome).status, 201);
  instances.clock.nowMs += 2 * minuteMs;
}

async function assertRight({ second }: Instances): Promise<void> {
  const { differences, limits } = await auditBooks(second.books, tenant);
  assert.deepEqual([differences, limits.differences], [[], []]);
}

test('if two instances use the last unit of a limit at the same time, one is refused', async (t) => {
  const instances = await startInstances(t);
  const { url, first, second, client } = instances;
  await limited(instances, limit(2));
  await first.execute(usage('a'), usage('b'));
  await first.execute(limit(3));
  // Both wait for the counter, after they have locked their accounts.
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM limit_counters WHERE tenant = $1 FOR UPDATE', [tenant]);
  const ahead = first.execute(usage('a', 'event-1'));
  const behind = second.execute(usage('b', 'event-2'));
  await untilWaiting(client, 2);
  // A statement that itself waits for the lock reads a state from before the wait.
  const naive = await connect(t, url);
  const { rows } = await naive.query('SELECT windows FROM limit_counters');
  await client.query('ROLLBACK');
  const statuses = [...(await ahead), ...(await behind)].map((outcome) => answerOf(outcome).status);
  assert.deepEqual(statuses.sort(), [201, 'limit_reached']);
  const [counter] = await first.books.limitCounters(tenant, await idOf(instances, 'all'), undefined, 10);
  assert.equal(counter?.windows[0]?.used, 3_000_000n);
  // So a second use based on this state would have been allowed.
  assert.match(String(rows[0]?.windows), /"2000000"/);
  await assertRight(instances);
});

test('if two instances spend the last money of a limit at the same time, on two services, one is refused', async (t) => {
  const instances = await startInstances(t);
  const { url, first, second, client } = instances;
  const xlm = 10n ** 18n;
  const priced = (serviceId: string): Command => ({
    kind: 'put_service',
    serviceId,
    stated: inStroops(10_000_000n),
    metadata: undefined,
  });
  const ofMoney = (max: bigint): Command => ({ ...limit(1), name: 'all', asset: 'XLM', max });
  await first.execute(priced('search'), priced('other'));
  await limited(instances, ofMoney(2n * xlm));
  await first.execute(usage('a'), usage('b', undefined, 1, 'other'));
  await first.execute(ofMoney(3n * xlm));
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM limit_counters WHERE tenant = $1 FOR UPDATE', [tenant]);
  const ahead = first.execute(usage('a', 'event-1'));
  const behind = second.execute(usage('b', 'event-2', 1, 'other'));
  await untilWaiting(client, 2);
  const naive = await connect(t, url);
  const { rows } = await naive.query('SELECT windows FROM limit_counters');
  await client.query('ROLLBACK');
  const statuses = [...(await ahead), ...(await behind)].map((outcome) => answerOf(outcome).status);
  assert.deepEqual(statuses.sort(), [201, 'limit_reached']);
  const [counter] = await first.books.limitCounters(tenant, await idOf(instances, 'all'), undefined, 10);
  assert.equal(counter?.windows[0]?.used, 3n * xlm);
  // A use based on the state before the lock would have been allowed.
  assert.match(String(rows[0]?.windows), /"2000000000000000000"/);
  await assertRight(instances);
});

test('usage and holds of two instances never cost more than a limit in money lets through', async (t) => {
  const instances = await startInstances(t);
  const { first, second } = instances;
  const stated = inStroops(10_000_000n);
  await first.execute({ kind: 'put_service', serviceId: usageService, stated, metadata: undefined });
  await limited(instances, { ...limit(1), asset: 'XLM', max: 25n * 10n ** 18n, notifyAt: [] });
  const sent = Array.from({ length: 60 }, (_, number) => {
    const instance = number % 2 === 0 ? first : second;
    const agent = `agent-${number % 3}`;
    return instance.execute(number % 4 < 2 ? usage(agent) : hold(agent, `hold-${number}`));
  });
  const statuses = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.equal(statuses.filter((status) => status === 201).length, 25);
  assert.equal(statuses.filter((status) => status === 'limit_reached').length, 35);
  await assertRight(instances);
});

async function idOf({ first }: Instances, name: string): Promise<string> {
  const found = (await first.books.limits(tenant)).find((one) => one.name === name);
  assert.ok(found);
  return found.id;
}

test('batches that name accounts and limits in any order do not wait for each other in a circle', async (t) => {
  const instances = await startInstances(t);
  const { first, second, client } = instances;
  await limited(instances, limit(100), limit(100, '*'));
  await first.execute(usage('a'), usage('b'), usage('c'));
  await holdAccount(client, 'b');
  const ahead = first.execute(usage('b'), usage('a'));
  await untilWaiting(client, 1);
  const others = [ahead, second.execute(usage('a'), usage('b'), usage('c'))];
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  for (const outcomes of await Promise.all(others)) {
    assert.ok(outcomes.every((outcome) => answerOf(outcome).status === 201));
  }
  await assertRight(instances);
});

test('500 usages on three instances against a limit for 100: exactly 100 are recorded', async (t) => {
  const instances = await startInstances(t);
  const { url, first, second, client, clock } = instances;
  const third = await startInstance(t, url, clock);
  await limited(instances, limit(100));
  const sent = Array.from({ length: 50 }, (_, batch) => {
    const instance = [first, second, third][batch % 3] ?? first;
    const of = (number: number) => usage(`agent-${(batch + number) % 7}`, `event-${batch}-${number}`);
    return instance.execute(...Array.from({ length: 10 }, (_of, number) => of(number)));
  });
  const statuses = (await Promise.all(sent)).flat().map((outcome) => answerOf(outcome).status);
  assert.equal(statuses.filter((status) => status === 201).length, 100);
  assert.equal(statuses.filter((status) => status === 'limit_reached').length, 400);
  const { rows } = await client.query(`SELECT count(*)::integer AS entries FROM entries`);
  assert.equal(rows[0]?.entries, 100);
  const events = await client.query(
    `SELECT count(*)::integer AS reached FROM events WHERE type = 'limit.reached'`,
  );
  assert.equal(events.rows[0]?.reached, 1);
  await assertRight(instances);
});

test('holds and usage on three instances share a limit for 100: exactly 100 count, and lapsed holds are returned once', async (t) => {
  const instances = await startInstances(t);
  const { url, first, second, clock } = instances;
  const third = await startInstance(t, url, clock);
  await limited(instances, limit(100), {
    kind: 'put_service',
    serviceId: usageService,
    stated: inStroops(1n),
    metadata: undefined,
  });
  const instance = (number: number) => [first, second, third][number % 3] ?? first;
  const sent = Array.from({ length: 40 }, (_, batch) => {
    const of = (number: number) =>
      number % 2 === 0
        ? usage(`agent-${(batch + number) % 7}`, `event-${batch}-${number}`)
        : hold(`agent-${(batch + number) % 7}`, `hold-${batch}-${number}`);
    return instance(batch).execute(...Array.from({ length: 10 }, (_of, number) => of(number)));
  });
  const statuses = (await Promise.all(sent)).flat().map((outcome) => answerOf(outcome).status);
  assert.equal(statuses.filter((status) => status === 201).length, 100);
  assert.equal(statuses.filter((status) => status === 'limit_reached').length, 300);
  await assertRight(instances);
  // All instances record the same lapses, and other agents use the returned amounts.
  clock.nowMs += minuteMs;
  const agents = Array.from({ length: 7 }, (_, number) => `agent-${number}`);
  const passing = await Promise.all(
    [first, second, third].map((one) => one.execute({ kind: 'pass_time', agents })),
  );
  for (const outcome of passing.flat()) assert.equal(answerOf(outcome).status, 204);
  const held = await first.books.holdsAfter({ tenant, agent: undefined }, firstPlace, 1_000);
  assert.ok(held.length > 0 && held.every(({ state }) => state === 'lapsed'));
  const [counter] = await first.books.limitCounters(tenant, await idOf(instances, 'all'), undefined, 10);
  assert.equal(counter?.windows[0]?.used, BigInt(100 - held.length) * 1_000_000n);
  await assertRight(instances);
});

test('a counter that was created only to be locked, and counts nothing, does not stay in the table', async (t) => {
  const instances = await startInstances(t);
  const { first, client } = instances;
  await limited(instances, limit(1, '*'));
  const outcomes = await first.execute(usage('a', undefined, 5), usage('b'));
  assert.deepEqual(
    outcomes.map((outcome) => answerOf(outcome).status),
    ['limit_reached', 201],
  );
  const { rows } = await client.query('SELECT subject FROM limit_counters');
  assert.deepEqual(rows, [{ subject: 'b' }]);
});

test('without limits a batch writes no counter', async (t) => {
  const instances = await startInstances(t);
  const { first, client } = instances;
  await first.execute(usage('a'));
  const { rows } = await client.query(
    `SELECT count(*)::integer AS known FROM pg_stat_user_tables WHERE relname = 'limit_counters' AND n_tup_ins > 0`,
  );
  assert.equal(rows[0]?.known, 0);
});
