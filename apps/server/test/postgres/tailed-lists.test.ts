import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import type { Books } from '../../src/reads/books.ts';
import {
  connect,
  holdKey,
  price,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';

const firstId = '00000000-0000-0000-0000-000000000000';
const marginMs = 100;

const settle = (agent: string): Command => ({
  kind: 'settle',
  agent,
  serviceId: 'search',
  through: undefined,
  expectedStroops: undefined,
  ifMatch: undefined,
});

// Events of a tenant that are rows of their own are made under its lock, one after the other.
for (const [list, make, read] of [
  ['entries', usage, (books: Books, after: string) => books.entriesAfter(tenant, after, 100)],
  ['settlements', settle, (books: Books, after: string) => books.settlementsAfter(tenant, after, 100)],
] as const) {
  test(`who follows the ${list} never misses what took its id earlier and came in later`, async (t) => {
    const { url, first, second, client, clock } = await startInstances(t, { tailMarginMs: marginMs });
    const other = await connect(t, url);
    let after = firstId;
    const follow = async () => {
      const found = await read(second.books, after);
      after = found.at(-1)?.id ?? after;
      return found.map(({ agent }) => agent);
    };
    await first.execute(price(7n), usage('agent-0'), usage('agent-1'), usage('agent-2'), settle('agent-0'));
    clock.nowMs += 10 * marginMs;
    await follow();
    // Both have their ids and are still running, and nothing else has ended meanwhile: no snapshot has heard of them.
    await holdKey(client, 'earlier');
    await holdKey(other, 'later');
    const earlier = first.send(make('agent-1'), 'earlier');
    await untilWaiting(client, 1);
    clock.nowMs += 10;
    const later = second.send(make('agent-2'), 'later');
    await untilWaiting(client, 2);
    clock.nowMs += 10 * marginMs;
    assert.deepEqual(await follow(), []);
    await other.query('ROLLBACK');
    await later;
    clock.nowMs += 10 * marginMs;
    assert.deepEqual(await follow(), [], 'what came in first waits for what took its id before');
    await client.query('ROLLBACK');
    await earlier;
    clock.nowMs += 10 * marginMs;
    assert.deepEqual(await follow(), ['agent-1', 'agent-2']);
  });
}

test('a transaction that never ends holds the lists back, and they say so; not the writes', async (t) => {
  const { url, first, client, clock } = await startInstances(t);
  await first.execute(usage('agent-1'));
  const idle = await connect(t, url);
  await idle.query('BEGIN');
  await idle.query('SELECT pg_current_xact_id()');
  await first.execute(usage('agent-1'));
  clock.nowMs += 1_000;
  await assert.rejects(first.books.entriesAfter(tenant, firstId, 10), /running for too long/);
  await first.execute(usage('agent-1'));
  await idle.query('ROLLBACK');
  assert.equal((await first.books.entriesAfter(tenant, firstId, 10)).length, 3);
  assert.equal((await client.query('SELECT 1 FROM entries')).rowCount, 3);
});
