import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PlaceLimits, ReadAborted, ReadPlaces, ReadRefused } from './read-places.ts';

const limits: PlaceLimits = {
  runningMax: 4,
  runningOfTenantMax: 2,
  waitingMax: 2_000,
  waitingOfTenantMax: 500,
};

/** A client that does not disconnect. */
const stays = new AbortController().signal;

/** Reads that end in the order in which they began, when the test ends them. */
class Reads {
  readonly places: ReadPlaces;
  readonly begun: string[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(places: ReadPlaces) {
    this.places = places;
  }

  ask(tenant: string, signal: AbortSignal = stays): Promise<void> {
    return this.places.run(tenant, signal, () => {
      this.begun.push(tenant);
      return new Promise<void>((resolve) => this.#ends.push(resolve));
    });
  }

  /** Ends the read that has run the longest, and waits for the consequences. */
  async endOne(): Promise<void> {
    this.#ends.shift()?.();
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs a read that should be refused or aborted, and returns how it ended. */
function endOf(read: Promise<void>): Promise<string> {
  return read.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : 'other'),
  );
}

test('while one tenant has 500 reads, a read of a second tenant runs immediately, and one of a third after at most 1 other', async () => {
  const reads = new Reads(new ReadPlaces({ ...limits, runningMax: 3 }));
  for (let number = 0; number < 500; number++) reads.ask('greedy').catch(() => undefined);
  reads.ask('modest').catch(() => undefined);
  await turn();
  assert.deepEqual(reads.begun, ['greedy', 'greedy', 'modest'], 'a tenant never has all places');
  reads.ask('third').catch(() => undefined);
  await reads.endOne();
  assert.equal(reads.begun.at(-1), 'third');
});

test('waiting tenants are served in turn', async () => {
  const reads = new Reads(new ReadPlaces({ ...limits, runningMax: 1, runningOfTenantMax: 1 }));
  for (const tenant of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) reads.ask(tenant).catch(() => undefined);
  for (let number = 0; number < 7; number++) await reads.endOne();
  assert.deepEqual(reads.begun, ['a', 'a', 'b', 'c', 'a', 'b', 'a']);
});

test('a read whose client has left is never run, and its place in the queue is released', async () => {
  const places = new ReadPlaces({ ...limits, waitingOfTenantMax: 100 });
  const reads = new Reads(places);
  for (let number = 0; number < 2; number++) reads.ask('a').catch(() => undefined);
  const client = new AbortController();
  const left = Array.from({ length: 100 }, () => endOf(reads.ask('a', client.signal)));
  assert.equal(await endOf(reads.ask('a')), 'ReadRefused');
  client.abort();
  assert.deepEqual(new Set(await Promise.all(left)), new Set(['ReadAborted']));
  assert.equal(await endOf(reads.ask('a', client.signal)), 'ReadAborted', 'one that left before it asked');
  reads.ask('a').catch(() => undefined);
  for (let number = 0; number < 3; number++) await reads.endOne();
  assert.equal(reads.begun.length, 3);
  assert.deepEqual(places.state, { running: 0, waiting: 0, refused: 1, aborted: 101 });
});

test('no matter how many wait, a tenant without a waiting read may wait', async () => {
  const reads = new Reads(
    new ReadPlaces({ runningMax: 1, runningOfTenantMax: 1, waitingMax: 10, waitingOfTenantMax: 10 }),
  );
  for (let number = 0; number < 11; number++) reads.ask('greedy').catch(() => undefined);
  assert.equal(await endOf(reads.ask('greedy')), 'ReadRefused');
  reads.ask('modest').catch(() => undefined);
  assert.equal(await endOf(reads.ask('modest')), 'ReadRefused', 'one of them, not more');
  await reads.endOne();
  await reads.endOne();
  assert.deepEqual(reads.begun.slice(0, 3), ['greedy', 'greedy', 'modest']);
});

test('a reserved read may wait, no matter how many reads are waiting', async () => {
  const places = new ReadPlaces({ ...limits, waitingOfTenantMax: 0 });
  const taken = [places.take('a', stays), places.take('a', stays)];
  await Promise.all(taken);
  await assert.rejects(places.take('a', stays), ReadRefused);
  const reserved = places.run('a', stays, () => Promise.resolve('read'), true);
  places.giveBack('a');
  assert.equal(await reserved, 'read');
});

test('places are given back no matter how reads end: with a result, an error, or without a client', async () => {
  const kinds = fc.constantFrom('done', 'failed', 'aborted');
  const asked = fc.array(
    fc.record({ tenant: fc.constantFrom('a', 'b', 'c'), ends: kinds, leaves: fc.boolean() }),
    {
      maxLength: 40,
    },
  );
  await fc.assert(
    fc.asyncProperty(asked, async (all) => {
      const places = new ReadPlaces({
        runningMax: 3,
        runningOfTenantMax: 2,
        waitingMax: 8,
        waitingOfTenantMax: 4,
      });
      let running = 0;
      const ran = all.map(({ tenant, ends, leaves }) => {
        const client = new AbortController();
        const read = endOf(
          places.run(tenant, client.signal, async () => {
            running += 1;
            assert.ok(running <= 3);
            await turn();
            running -= 1;
            if (ends === 'failed') throw new Error('a fault');
            if (ends === 'aborted') throw new ReadAborted();
          }),
        );
        if (leaves) client.abort();
        return read;
      });
      await Promise.all(ran);
      const { running: left, waiting } = places.state;
      assert.deepEqual([left, waiting], [0, 0]);
      assert.equal(await endOf(places.run('a', stays, () => Promise.resolve())), 'done');
    }),
  );
});
