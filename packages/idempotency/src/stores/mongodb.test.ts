import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { type CommandStartedEvent, type Db, type Document, MongoClient } from 'mongodb';
import { openMongodb } from '../../test/harness/mongodb.ts';
import { pageStore } from '../../test/harness/page-store.ts';
import {
  claimFree,
  claimTogether,
  someClaim,
  someCompletion,
  someSlot,
} from '../../test/harness/some-claim.ts';
import { checkClaims } from '../../test/harness/taken-blocks.ts';
import type { Slot } from '../core/store.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type MongodbCollection, type MongodbDatabase, mongodbScript, mongodbStore } from './mongodb.ts';

interface StoredDocument extends Document {
  readonly _id: string;
}

const server = openMongodb();
const missing = typeof server === 'string' ? server : undefined;
const newClient = (options = {}) =>
  typeof server === 'string' ? new MongoClient('mongodb://127.0.0.1:1') : server.newClient(options);
const database = newClient().db();

after(async () => {
  if (typeof server !== 'string') await server.stop();
});

let collections = 0;
const newName = () => `records_${++collections}`;

const works = pageStore('docs/how-to/idempotency/choose-a-store.md', 'mongodb.js');

describe('mongodbStore', { skip: missing ?? false }, () => {
  test('the store of the page on stores works', () =>
    works({ MONGODB_URL: typeof server === 'string' ? server : server.url }));

  describe('keeps the laws by mongodb', () => {
    for (const law of storeLaws) {
      test(`${law.id}: ${law.sentence}`, async () => {
        const clock = new ManualClock();
        const collection = 'laws';
        await law.run({
          store: mongodbStore({ database, collection, nowMs: () => clock.nowMs() }),
          clock,
          openByServerClock: () => mongodbStore({ database, collection }),
          async openAtToken(lastToken) {
            const own = newName();
            await database
              .collection<StoredDocument>(own)
              .insertOne({ _id: 'fencing-token', last: lastToken });
            return mongodbStore({ database, collection: own, nowMs: () => clock.nowMs() });
          },
        });
      });
    }
  });

  test('of 30 claims of one slot by two clients exactly one takes the lease, and the same for a take-over', async () => {
    const collection = newName();
    const clock = new ManualClock();
    const stores = [database, newClient().db()].map((db) =>
      mongodbStore({ database: db, collection, nowMs: () => clock.nowMs() }),
    );
    const slot = someSlot();
    const first = await claimTogether(30, stores, slot);
    assert.equal(first.filter((claim) => claim?.kind === 'claimed').length, 1);
    assert.equal(first.filter((claim) => claim?.kind === 'found').length, 29);
    clock.advance(someClaim().leaseMs);
    const takeOver = (await stores[0]?.inspect(slot))?.record.fencingToken;
    const second = await Promise.all(
      Array.from({ length: 30 }, async (_, at) => stores[at % 2]?.claim(slot, someClaim({ takeOver }))),
    );
    assert.equal(second.filter((claim) => claim?.kind === 'claimed').length, 1);
  });

  test('400 claims of as many slots by two clients, 40 at a time, draw 400 tokens', async () => {
    const collection = newName();
    const stores = [database, newClient().db()].map((db) => mongodbStore({ database: db, collection }));
    const tokens = new Set<number>();
    for (let round = 0; round < 10; round++) {
      const drawn = await Promise.all(
        Array.from({ length: 40 }, async (_, at) => {
          const store = stores[at % 2];
          assert.ok(store !== undefined);
          return await claimFree(store, someSlot());
        }),
      );
      for (const token of drawn) tokens.add(token);
    }
    assert.equal(tokens.size, 400);
  });

  test('every write asks for the majority and its journals, and every read for data of the majority, with any settings of the client', async () => {
    const weak = newClient({
      monitorCommands: true,
      writeConcern: { w: 0 },
      readConcern: { level: 'local' },
      readPreference: 'secondaryPreferred',
      promoteBuffers: false,
      promoteLongs: false,
    });
    const sent: CommandStartedEvent[] = [];
    weak.on('commandStarted', (event) => sent.push(event));
    const store = mongodbStore({ database: weak.db(), collection: newName() });
    const [slot, other] = [someSlot(), someSlot()];
    const token = await claimFree(store, slot);
    assert.equal(await store.renew(slot, token, 0), true);
    const taken = await store.claim(slot, someClaim({ takeOver: token }));
    assert.ok(taken.kind === 'claimed');
    assert.equal(await store.complete(slot, taken.fencingToken, someCompletion()), true);
    const record = (await store.inspect(slot))?.record;
    assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
    assert.equal(await store.release(other, await claimFree(store, other)), true);
    const swept = await store.sweep({ nowMs: Date.now() + 1e9 });
    assert.deepEqual(swept, { expired: 1, forgotten: 2 });

    const writes = sent.filter(({ commandName }) =>
      /^(insert|update|delete|findAndModify)$/.test(commandName),
    );
    assert.deepEqual([...new Set(writes.map(({ commandName }) => commandName))].sort(), [
      'delete',
      'findAndModify',
      'insert',
      'update',
    ]);
    for (const { command } of writes)
      assert.deepEqual({ ...command['writeConcern'] }, { w: 'majority', j: true });
    const reads = sent.filter(({ commandName }) => commandName === 'find');
    assert.ok(reads.length > 5);
    for (const { command } of reads) assert.equal(command['readConcern']?.level, 'majority');
    for (const { command } of sent) assert.equal(command['$readPreference']?.mode ?? 'primary', 'primary');
  });

  test('a token is not used if it was drawn before a later holder took and released the slot', async () => {
    const slot = someSlot();
    const collection = newName();
    const other = mongodbStore({ database, collection });
    let later = 0;
    const store = mongodbStore({
      collection,
      database: afterFirstDraw(database, async () => {
        later = await claimFree(other, slot);
        await other.release(slot, later);
      }),
    });
    const token = await claimFree(store, slot);
    assert.ok(later > 0 && token > later);
  });

  test('a claim whose slot was taken in between returns that record', async () => {
    const slot = someSlot();
    const collection = newName();
    const other = mongodbStore({ database, collection });
    let token = 0;
    const between = afterFirstDraw(database, async () => {
      token = await claimFree(other, slot);
    });
    const claim = await mongodbStore({ collection, database: between }).claim(slot, someClaim());
    assert.ok(claim.kind === 'found' && claim.record.fencingToken === token);
  });

  test('a document leaves only an hour after its record, and after a longer lease', async () => {
    const collection = newName();
    const nowMs = 1_000_000;
    const store = mongodbStore({ database, collection, nowMs: () => nowMs });
    const slot = someSlot();
    const documentOf = ({ scope, key }: Slot) =>
      database.collection<StoredDocument>(collection).findOne({ _id: `${scope}:${key}` });
    const leaves = async () => Number((await documentOf(slot))?.['leavesAt']);
    const token = await claimFree(store, slot, { leaseMs: 10_000, retentionMs: 5000 });
    assert.equal(await leaves(), nowMs + 10_000 + 3_600_000);
    await store.renew(slot, token, 20_000);
    assert.equal(await leaves(), nowMs + 20_000 + 3_600_000);
    await store.renew(slot, token, 0);
    assert.equal(await leaves(), nowMs + 20_000 + 3_600_000);
    await store.release(slot, token);
    assert.deepEqual(Object.keys((await documentOf(slot)) ?? {}).sort(), ['_id', 'leavesAt', 'token']);
    assert.equal(await leaves(), nowMs + 3_600_000);
  });

  test('a sweep removes expired answers and documents that are over, more than one step of them, and nothing else', async () => {
    const collection = newName();
    const clock = new ManualClock();
    const store = mongodbStore({ database, collection, nowMs: () => clock.nowMs() });
    const slot = someSlot();
    const token = await claimFree(store, slot, { retentionMs: 1e9 });
    assert.equal(await store.complete(slot, token, someCompletion({ location: '/1' })), true);
    const old = { token: 1, leavesAt: new Date(clock.nowMs()) };
    await database.collection(collection).insertMany(Array.from({ length: 501 }, () => ({ ...old })));
    assert.deepEqual(await store.sweep(), { expired: 0, forgotten: 501 });
    clock.advance(someCompletion().answerTtlMs);
    assert.deepEqual(await store.sweep(), { expired: 1, forgotten: 0 });
    const record = (await store.inspect(slot))?.record;
    assert.ok(record?.kind === 'completed' && record.answer.kind === 'gone' && record.location === '/1');
    assert.deepEqual(await store.sweep(), { expired: 0, forgotten: 0 });
    assert.ok((await claimFree(store, someSlot())) > token, 'the counter of the tokens stays');
  });

  test('an answer that a document cannot hold becomes a tombstone that keeps its location', async () => {
    const store = mongodbStore({ database, collection: newName() });
    for (const [answer, kind] of [
      [new Uint8Array(15_999_998).fill(255), 'kept'],
      ['x'.repeat(15_999_999), 'gone'],
      [new Uint8Array(40_000_000), 'gone'],
    ] as const) {
      const slot = someSlot();
      const completion = someCompletion({ answer, location: '/1' });
      assert.equal(await store.complete(slot, await claimFree(store, slot), completion), true);
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed');
      assert.deepEqual([record.answer.kind, record.location], [kind, '/1']);
    }
  });

  test('a router of a sharded cluster is refused, and an answer without a time', async () => {
    for (const [hello, message] of [
      [{ msg: 'isdbgrid', localTime: new Date() }, /sharded cluster/],
      [{}, /no time/],
    ] as const) {
      const odd: MongodbDatabase = {
        command: async () => hello,
        collection: (name, options) => database.collection(name, options),
      };
      const store = mongodbStore({ database: odd, collection: newName() });
      await assert.rejects(async () => await store.claim(someSlot(), someClaim()), message);
    }
  });

  test('a verb rejects if there is no server', async () => {
    const client = new MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50 });
    await assert.rejects(async () => await mongodbStore({ database: client.db() }).inspect(someSlot()));
    await client.close();
  });
});

test('mistakes in the options of a store in MongoDB are found at start', () => {
  const client = new MongoClient('mongodb://127.0.0.1:1');
  for (const collection of ['', 'a b', '1st', 'system.x', 'a$b', 'x'.repeat(101)]) {
    assert.throws(() => mongodbStore({ database: client.db(), collection }), TypeError);
  }
  // @ts-expect-error: a client
  assert.throws(() => mongodbStore({ database: client }), TypeError);
  // @ts-expect-error: a collection
  assert.throws(() => mongodbStore({ database: client.db().collection('x') }), TypeError);
});

test('the printed script names the index that removes documents, and grants what the store uses', () => {
  const run: Document[] = [];
  const names: string[] = [];
  const db = {
    getSiblingDB(name: string) {
      names.push(name);
      return { runCommand: (command: Document) => run.push(JSON.parse(JSON.stringify(command))) };
    },
  };
  runInContext(mongodbScript({ database: 'app', role: 'idempotency' }), createContext({ db }));
  assert.deepEqual(names, ['app']);
  const [indexes, role] = run;
  assert.deepEqual(indexes?.['indexes'], [
    { key: { leavesAt: 1 }, name: 'leavesAt', expireAfterSeconds: 0 },
    { key: { answerUntil: 1 }, name: 'answerUntil', sparse: true },
  ]);
  assert.deepEqual(role?.['privileges'], [
    { resource: { db: 'app', collection: 'idempotency' }, actions: ['find', 'insert', 'update', 'remove'] },
  ]);
});

/** A database whose store runs something else after it has drawn its first token. */
function afterFirstDraw(real: Db, act: () => Promise<void>): MongodbDatabase {
  let isFirst = true;
  return {
    command: (command, options) => real.command(command, options),
    collection(name, options): MongodbCollection {
      const collection = real.collection(name, options);
      return {
        findOne: (filter) => collection.findOne(filter),
        find: (filter, more) => collection.find(filter, more),
        insertOne: (document) => collection.insertOne(document),
        replaceOne: (filter, replacement) => collection.replaceOne(filter, replacement),
        updateOne: (filter, update) => collection.updateOne(filter, update),
        updateMany: (filter, update) => collection.updateMany(filter, update),
        deleteMany: (filter) => collection.deleteMany(filter),
        async findOneAndUpdate(filter, update, more) {
          const drawn = await collection.findOneAndUpdate(filter, update, more);
          if (isFirst) {
            isFirst = false;
            await act();
          }
          return drawn;
        },
      };
    },
  };
}

checkClaims(import.meta.url);
