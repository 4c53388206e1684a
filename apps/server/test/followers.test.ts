import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { eventFacts } from '../src/domain/event.ts';
import { inStroops } from '../src/domain/service.ts';
import type { Books } from '../src/reads/books.ts';
import { countEvents } from '../src/reads/count-events.ts';
import { listEvents } from '../src/reads/list-events.ts';
import type { Api } from './harness/api.ts';
import { openEngine, type TestEngine } from './harness/engine.ts';
import { startInProcess } from './harness/in-process.ts';
import { interleaved } from './harness/interleaved.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';

const tenant = 'acme';
const allEvents = { tenant, sinceMs: 0, type: undefined, order: 'asc' } as const;

const usage = (agent: string): Command => ({
  kind: 'record_usage',
  item: { agent, serviceId: 'search', requests: 1, usageId: undefined, occurredAtNs: undefined },
});
const settle = (agent: string): Command => ({
  kind: 'settle',
  agent,
  serviceId: 'search',
  through: undefined,
  expectedStroops: undefined,
  expectedMarks: undefined,
});
const price = (stroops: bigint): Command => ({
  kind: 'put_service',
  serviceId: 'search',
  stated: inStroops(stroops),
  metadata: undefined,
});

async function execute({ executor }: TestEngine, ...commands: readonly Command[]): Promise<void> {
  const submissions = commands.map((command) => ({ tenant, command, key: undefined }));
  for (const outcome of await executor.execute({ submissions, nowMs: Date.now() })) {
    assert.equal(outcome.kind, 'answered');
  }
}

async function openPriced(t: TestContext): Promise<TestEngine> {
  const engine = await openEngine(t);
  await execute(engine, price(1n), usage('agent-0'));
  return engine;
}

test('a follower of events misses nothing that is committed while it reads', async (t) => {
  const engine = await openPriced(t);
  let number = 1;
  const books = interleaved(engine.books, async () => {
    // Before each read, an entry, a bill and a change of the service are written, each with an id above all earlier
    // ones.
    if (number > 12) return;
    number += 1;
    await execute(engine, usage('agent-0'));
    await execute(engine, settle('agent-0'));
    await execute(engine, price(BigInt(number)));
  });
  const seen: string[] = [];
  let after: string | undefined;
  const read = async (from: Books) => {
    const page = await listEvents(from, allEvents, after, 10);
    seen.push(...page.items.map((event) => eventFacts(event).id));
    after = page.next;
    return page.hasMore;
  };
  while (number <= 12) await read(books);
  while (await read(engine.books));
  const { items } = await listEvents(engine.books, allEvents, undefined, 1_000);
  assert.equal(items.length, 2 + 12 * 3);
  assert.deepEqual(
    seen,
    items.map((event) => eventFacts(event).id),
  );
});

test('a summary counts the state of one moment', async (t) => {
  const engine = await openPriced(t);
  let number = 1;
  const books = interleaved(engine.books, async () => {
    if (number > 3) return;
    number += 1;
    // There are always as many bills as price changes.
    await execute(engine, usage('agent-0'), settle('agent-0'), price(BigInt(number)));
  });
  const { byType, total } = await countEvents(books, tenant, 0);
  assert.equal(byType['usage.settled'], byType['service.changed']);
  assert.equal(total, 2 + 3 * byType['usage.settled']);
});

test('a page with more events of a kind than one read takes leaves none out', async (t) => {
  const { api } = await startInProcess(t);
  const items = Array.from({ length: 700 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
  await api.post('/usage/bulk', { items });
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  const { json } = await api.get('/events?order=asc&limit=1000');
  assert.equal(json.items.length, 702);
  const ids = json.items.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids, ids.toSorted());
  const newest = await api.get('/events?order=desc&limit=1000');
  assert.deepEqual(newest.json.items, json.items.toReversed());
});

interface Followed {
  readonly id: string;
}

/** Follows a list by its cursor until `isOver` and everything is read. */
async function follow(api: Api, path: string, isOver: () => boolean): Promise<string[]> {
  const ids: string[] = [];
  const join = path.includes('?') ? '&' : '?';
  let cursor = '';
  for (;;) {
    const isLast = isOver();
    const page = await api.get(`${path}${join}limit=7${cursor && `&cursor=${cursor}`}`);
    assert.equal(page.status, 200, page.text);
    ids.push(...page.json.items.map(({ id }: Followed) => id));
    cursor = page.json.nextCursor;
    assert.equal(typeof cursor, 'string', 'a list that is followed always has a cursor');
    if (isLast && !page.json.hasMore) return ids;
  }
}

/** The ids of a complete list, read after all writes. */
async function allOf(api: Api, path: string): Promise<string[]> {
  const ids: string[] = [];
  const join = path.includes('?') ? '&' : '?';
  let cursor = '';
  for (;;) {
    const { json } = await api.get(`${path}${join}limit=1000${cursor && `&cursor=${cursor}`}`);
    ids.push(...json.items.map(({ id }: Followed) => id));
    if (!json.hasMore) return ids;
    cursor = json.nextCursor;
  }
}

test('followers see each event once while six writers record, three settle, and prices change', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 1 });
  const times = rounds({ test: 12, prove: 250 });
  let running = 0;
  const write = async (send: (round: number) => Promise<{ readonly status: number }>) => {
    running += 1;
    for (let round = 0; round < times; round++) assert.ok((await send(round)).status < 300);
    running -= 1;
  };
  const agents = ['agent-0', 'agent-1', 'agent-2'];
  const writers = Array.from({ length: 6 }, (_, writer) =>
    write(() => api.post('/usage', { agent: agents[writer % 3], serviceId: 'search', requests: 1 })),
  );
  const settlers = agents.map((agent) => write(() => api.post('/settle', { agent, serviceId: 'search' })));
  const changes = write((round) =>
    api.call('/services/search/price', { method: 'PATCH', body: { priceStroops: 2 + (round % 2) } }),
  );
  const paths = ['/events?order=asc', '/entries', '/settlements'];
  const followers = paths.map((path) => follow(api, path, () => running === 0));
  await Promise.all([...writers, ...settlers, changes]);
  let rows = 0;
  for (const [index, followed] of (await Promise.all(followers)).entries()) {
    const path = paths[index] ?? '';
    const all = await allOf(api, path);
    assert.ok(all.length >= times, path);
    assert.deepEqual(followed, all, path);
    rows += all.length;
  }
  withstood('followed_lists', `3 lists, ${figure(rows)} rows`);
});

test('a list that can be followed has a cursor from the start, and continues after its last page', async (t) => {
  const { api } = await startInProcess(t);
  const use = async () => await api.post('/usage', { agent: 'a', serviceId: 's', requests: 1 });
  await api.post('/services', { serviceId: 's', priceStroops: 2 });
  for (const path of [
    '/entries',
    '/settlements',
    '/entries?agent=a&serviceId=s',
    '/events?type=usage.recorded&order=asc',
  ]) {
    const join = path.includes('?') ? '&' : '?';
    let cursor = (await allOfOne(api, path)).nextCursor;
    for (let round = 0; round < 3; round++) {
      await use();
      await api.post('/settle', { agent: 'a', serviceId: 's' });
      const page = (await api.get(`${path}${join}limit=1&cursor=${cursor}`)).json;
      assert.deepEqual([page.items.length, page.hasMore], [1, false], path);
      const empty = (await api.get(`${path}${join}limit=1&cursor=${page.nextCursor}`)).json;
      assert.deepEqual([empty.items.length, empty.hasMore], [0, false], path);
      cursor = empty.nextCursor;
    }
  }
});

async function allOfOne(api: Api, path: string) {
  const page = (await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=1000`)).json;
  assert.equal(page.hasMore, false);
  return page;
}

test('a filter that matches nothing new does not make a follower scan the same rows again', async (t) => {
  const { api } = await startInProcess(t);
  const first = (await api.get('/entries?agent=other')).json;
  for (let round = 0; round < 3; round++)
    await api.post('/usage', { agent: 'a', serviceId: 's', requests: 1 });
  const second = (await api.get(`/entries?agent=other&cursor=${first.nextCursor}`)).json;
  assert.deepEqual([second.items, second.hasMore], [[], false]);
  assert.notEqual(second.nextCursor, first.nextCursor);
});

test('a client of AgentPay that reads until there is no cursor reaches an end', async (t) => {
  const { api } = await startInProcess(t);
  for (let number = 0; number < 5; number++) {
    await api.post('/services', { serviceId: `s-${number}`, priceStroops: 1 });
    await api.post('/usage', { agent: `a-${number}`, serviceId: 's-0', requests: 1 });
    await api.post('/usage', { agent: 'a-0', serviceId: `s-${number}`, requests: 1 });
    await api.post('/api-keys', { label: `key-${number}` });
  }
  for (const [path, member, count] of [
    ['/services', 'services', 5],
    ['/agents', 'agents', 5],
    ['/agents/a-0/usage', 'items', 5],
    ['/services/s-0/agents', 'items', 5],
    ['/api-keys', 'items', 5],
    ['/events', 'items', 15],
    ['/events?since=0', 'items', 15],
  ] as const) {
    const join = path.includes('?') ? '&' : '?';
    let found = 0;
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      assert.ok(pages <= count, path);
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { json } = await api.get(`${path}${join}limit=2${at}`);
      found += json[member].length;
      cursor = json.nextCursor;
      assert.equal(json.hasMore, cursor !== null, path);
    }
    assert.equal(found, count, path);
  }
});

test('a page without an order has a cursor for later events, even if the page is empty', async (t) => {
  const { api } = await startInProcess(t);
  const use = async (agent: string) =>
    (await api.post('/usage', { agent, serviceId: 's', requests: 1 })).status === 201;
  const agents = (items: readonly { readonly data: { readonly agent?: string } }[]) =>
    items.map(({ data }) => data.agent);
  const paths = ['/events', '/events?since=0', '/events?type=usage.recorded', '/events?limit=2'];
  for (const [round, path] of [...paths, ...paths].entries()) {
    const first = (await api.get(path)).json;
    assert.equal(typeof first.followCursor, 'string', path);
    const seen = new Set(first.items.map(({ id }: Followed) => id));
    await use(`a-${round}`);
    await use(`b-${round}`);
    const one = (await api.get(`/events?limit=1&cursor=${first.followCursor}`)).json;
    const other = (await api.get(`/events?limit=1&cursor=${one.nextCursor}`)).json;
    assert.deepEqual(agents([...one.items, ...other.items]), [`a-${round}`, `b-${round}`], path);
    assert.ok(![...one.items, ...other.items].some(({ id }: Followed) => seen.has(id)));
    const end = (await api.get(`/events?cursor=${other.nextCursor}`)).json;
    assert.deepEqual([end.items, end.hasMore, typeof end.nextCursor], [[], false, 'string']);
    assert.equal(end.followCursor, undefined);
  }
});

test('a cursor of the other order is refused', async (t) => {
  const { api } = await startInProcess(t);
  const { nextCursor } = (await api.get('/events?order=desc')).json;
  assert.equal((await api.get(`/events?order=asc&cursor=${nextCursor}`)).status, 400);
  assert.equal((await api.get(`/events?order=desc&cursor=${nextCursor}`)).status, 200);
});
