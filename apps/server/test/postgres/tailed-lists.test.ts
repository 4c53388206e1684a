import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from 'pg';
import type { Command } from '../../src/domain/command.ts';
import { eventFacts } from '../../src/domain/event.ts';
import type { Books } from '../../src/reads/books.ts';
import { listEvents } from '../../src/reads/list-events.ts';
import { walkEntries } from '../../src/reads/walk-entries.ts';
import { emptyPostgres } from '../harness/database.ts';
import {
  connect,
  holdKey,
  type Instance,
  price,
  startInstance,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';

const firstId = '00000000-0000-0000-0000-000000000000';
/** A list that would have to wait for a batch gives up immediately. */
const impatient = { horizonWaits: { freshWithinMs: 0, firstWithinMs: 0 } };

const settle = (agent: string): Command => ({
  kind: 'settle',
  agent,
  serviceId: 'search',
  through: undefined,
  expectedStroops: undefined,
  expectedMarks: undefined,
});

/** Begins a transaction that writes, and does not end it. */
async function holdTransaction(t: TestContext, url: string): Promise<Client> {
  const client = await connect(t, url);
  await client.query('BEGIN');
  await client.query('CREATE TABLE held (number integer)');
  await client.query('INSERT INTO held VALUES (1)');
  return client;
}

/** Follows a list from its beginning. */
function follower(
  read: (after: string) => Promise<readonly { readonly id: string; readonly agent: string }[]>,
) {
  let after = firstId;
  return async () => {
    const found = await read(after);
    after = found.at(-1)?.id ?? after;
    return found.map(({ agent }) => agent);
  };
}

async function agentsOf({ books }: Instance): Promise<string[]> {
  return (await books.entriesAfter(tenant, firstId, 1_000)).map(({ agent }) => agent);
}

// Events of a tenant that are separate rows are created under its lock, one after another.
for (const [list, make, read] of [
  ['entries', usage, (books: Books, after: string) => books.entriesAfter(tenant, after, 100)],
  ['settlements', settle, (books: Books, after: string) => books.settlementsAfter(tenant, after, 100)],
] as const) {
  test(`a follower of the ${list} never misses a row that took its id earlier and was committed later`, async (t) => {
    const { url, first, second, client, clock } = await startInstances(t, impatient);
    const other = await connect(t, url);
    const follow = follower((after) => read(second.books, after));
    await first.execute(price(7n), usage('agent-0'), usage('agent-1'), usage('agent-2'), settle('agent-0'));
    await follow();
    // Both have their ids and are still running, and nothing else has ended since: no snapshot knows about them.
    await holdKey(client, 'earlier');
    await holdKey(other, 'later');
    const earlier = first.send(make('agent-1'), 'earlier');
    await untilWaiting(client, 1);
    clock.nowMs += 10;
    const later = second.send(make('agent-2'), 'later');
    await untilWaiting(client, 2);
    assert.deepEqual(await follow(), []);
    await other.query('ROLLBACK');
    await later;
    assert.deepEqual(await follow(), [], 'what came in first waits for what took its id before');
    await client.query('ROLLBACK');
    await earlier;
    assert.deepEqual(await follow(), ['agent-1', 'agent-2']);
  });
}

for (const [kind, hang, type] of [
  ['bill', settle('agent-1'), 'usage.settled'],
  ['price', price(8n), 'service.changed'],
  ['entry', usage('agent-1'), 'usage.recorded'],
] as const) {
  test(`events of all kinds wait for a ${kind} that took its id before them`, async (t) => {
    const { first, second, client, clock } = await startInstances(t, impatient);
    await first.execute(price(7n), usage('agent-1'), usage('agent-2'));
    const seen: string[] = [];
    let after: string | undefined;
    const follow = async () => {
      const query = { tenant, sinceMs: 0, type: undefined, order: 'asc' } as const;
      const page = await listEvents(second.books, query, after, 100);
      after = page.next;
      seen.push(...page.items.map((event) => eventFacts(event).type));
    };
    await follow();
    await holdKey(client, 'hanging');
    const hanging = first.send(hang, 'hanging');
    await untilWaiting(client, 1);
    clock.nowMs += 10;
    await second.execute(usage('agent-2'), settle('agent-2'));
    await follow();
    assert.equal(seen.length, 3);
    await client.query('ROLLBACK');
    await hanging;
    await follow();
    assert.deepEqual(seen.slice(3), [type, 'usage.recorded', 'usage.settled']);
  });
}

test('a list of deliveries that pages backwards misses none that were committed late', async (t) => {
  const { first, second, client, clock } = await startInstances(t, impatient);
  const [made] = await first.execute({
    kind: 'create_webhook',
    url: 'https://billing.example/hooks',
    events: ['*'],
    secret: 's',
    keptSecret: 'plain s',
    challenge: undefined,
  });
  assert.ok(made?.kind === 'answered');
  const { id } = JSON.parse(String(made.response.body));
  await first.execute(usage('agent-0'));
  const page = (before: string, limit: number) => second.books.deliveriesBefore(tenant, id, before, limit);
  const lastOfIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  assert.equal((await page(lastOfIds, 9)).length, 1);
  await holdKey(client, 'hanging');
  const hanging = first.send(usage('agent-1'), 'hanging');
  await untilWaiting(client, 1);
  clock.nowMs += 10;
  await second.execute(usage('agent-2'));
  // Otherwise the first page would show this one, and the next page would begin below the one that hangs.
  assert.equal((await page(lastOfIds, 9)).length, 1);
  await client.query('ROLLBACK');
  await hanging;
  const [newest] = await page(lastOfIds, 1);
  assert.ok(newest);
  assert.equal((await page(newest.eventId, 9)).length, 2);
});

for (const where of ['the same database', 'another database of the server']) {
  test(`a transaction that never ends in ${where} holds no list back`, async (t) => {
    const { url, first } = await startInstances(t, impatient);
    await holdTransaction(t, where === 'the same database' ? url : await emptyPostgres());
    await first.execute(usage('agent-0'));
    assert.deepEqual(await agentsOf(first), ['agent-0']);
    // These are more reads than an earlier version remembered, by many clients at the same time.
    const pollers = Array.from({ length: 20 }, async () => {
      for (let look = 0; look < 10; look++) await agentsOf(first);
    });
    await Promise.all(pollers);
    await first.execute(usage('agent-1'));
    assert.deepEqual(await agentsOf(first), ['agent-0', 'agent-1']);
    const later = await startInstance(t, url, { nowMs: Date.now() }, impatient);
    assert.deepEqual(await agentsOf(later), ['agent-0', 'agent-1'], 'nor right after a start');
    assert.equal(
      await later.books.lastEntryId(tenant),
      (await later.books.entriesAfter(tenant, firstId, 2)).at(-1)?.id,
    );
  });
}

test('a hanging batch makes a list stale, but the list never goes back', async (t) => {
  const { url, first, second, client } = await startInstances(t, impatient);
  await first.execute(usage('agent-0'));
  assert.deepEqual(await agentsOf(first), ['agent-0']);
  await holdKey(client, 'hanging');
  const hanging = first.send(usage('agent-1'), 'hanging');
  await untilWaiting(client, 1);
  await second.execute(usage('agent-2'));
  for (let look = 0; look < 150; look++) assert.deepEqual(await agentsOf(first), ['agent-0']);
  // Another batch begins and hangs before the first one has ended: the list still continues up to the end of the first.
  const other = await connect(t, url);
  await holdKey(other, 'hanging too');
  const hangingToo = second.send(usage('agent-3'), 'hanging too');
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  await hanging;
  const found = await agentsOf(first);
  assert.ok(found.includes('agent-2'), `${found}`);
  await other.query('ROLLBACK');
  await hangingToo;
  assert.equal((await agentsOf(first)).length, 4);
});

test('a list without a known state waits for a running batch, and reports when that takes too long', async (t) => {
  const { url, first, client, clock } = await startInstances(t);
  await first.execute(usage('agent-0'));
  const hasty = await startInstance(t, url, clock, impatient);
  await holdKey(client, 'slow');
  const slow = first.send(usage('agent-1'), 'slow');
  await untilWaiting(client, 1);
  await assert.rejects(agentsOf(hasty), /running for too long/);
  const patient = agentsOf(first);
  await client.query('ROLLBACK');
  await slow;
  assert.equal((await patient)[0], 'agent-0');
  assert.deepEqual(await agentsOf(hasty), ['agent-0', 'agent-1']);
});

test("an instance's own records are in its lists immediately", async (t) => {
  const { first, second } = await startInstances(t, impatient);
  for (let round = 1; round <= 20; round++) {
    await first.execute(usage('agent-0'));
    assert.equal((await agentsOf(second)).length, round);
  }
});

test("a walk of one account has everything that was answered, even while a transaction holds the tenant's lists back", async (t) => {
  const { url, first } = await startInstances(t, impatient);
  await first.execute(usage('agent-0'));
  await agentsOf(first);
  await holdTransaction(t, url);
  await first.execute(usage('agent-0'), usage('agent-0'));
  const query = {
    tenant,
    agent: 'agent-0',
    serviceId: 'search',
    recordedFromMs: undefined,
    recordedToMs: undefined,
    occurredFromNs: undefined,
    occurredToNs: undefined,
    settlementId: undefined,
    usageId: undefined,
  };
  const walked: number[] = [];
  for await (const entries of walkEntries(first.books, query)) {
    walked.push(...entries.map(({ sequence }) => sequence));
  }
  assert.deepEqual(walked, [1, 2, 3]);
});
