import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { newDatabaseFile, sqliteDrivers, sqliteSubject, wal } from '../../test/harness/sqlite.ts';
import { claimed, completion, request, slotOf, stateOf } from '../../test/harness/store-cases.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type SqliteDatabase, sqliteDdl, sqliteStore } from './sqlite.ts';

for (const { name, open } of sqliteDrivers) {
  describe(`laws of the SQLite store over ${name}`, () => {
    const database = open(newDatabaseFile());
    const openAtToken = (lastToken: number) => {
      const empty = open(newDatabaseFile());
      const { store } = sqliteSubject({ database: empty });
      empty.exec(`UPDATE idempotency_fencing SET last_token = ${lastToken}`);
      return store;
    };
    for (const law of storeLaws) {
      test(`${law.id}: ${law.sentence}`, () => law.run({ ...sqliteSubject({ database }), openAtToken }));
    }
  });

  test(`while a transaction is open on the handle of the store, every verb throws, over ${name}`, async () => {
    const database = open(newDatabaseFile());
    const { store } = sqliteSubject({ database });
    const slot = slotOf('s', 1);
    const token = await claimed(store, slot);
    database.exec('BEGIN');
    const expected = /give the store a separate handle/;
    assert.throws(() => store.claim(slot, request), expected);
    assert.throws(() => store.renew(slot, token, 1000), expected);
    assert.throws(() => store.complete(slot, token, completion), expected);
    assert.throws(() => store.release(slot, token), expected);
    assert.throws(() => store.inspect(slot), expected);
    await assert.rejects(store.sweep(), expected);
    assert.throws(() => sqliteSubject({ database }), expected);
    assert.equal(store.within(database).complete(slot, token, completion), true);
    database.exec('COMMIT');
    assert.equal(await stateOf(store, 's', 1), 'kept');
  });
}

/** Runs a module in a separate process, and returns its output line by line. */
async function runProcess(source: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  await once(child, 'close');
  return printed.split('\n').filter((line) => line !== '');
}

function storeSource(file: string): string {
  return `
    import { DatabaseSync } from 'node:sqlite';
    import { sqliteStore } from ${JSON.stringify(import.meta.resolve('./sqlite.ts'))};
    const database = new DatabaseSync(${JSON.stringify(file)}, { timeout: 30_000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    const store = sqliteStore({ database });
    const request = ${JSON.stringify({ ...request, leaseMs: 600_000 })};
  `;
}

test('processes that start at the same time on a new file create it once, and each key is claimed by one of them', async () => {
  const slots = Array.from({ length: 100 }, (_, key) => slotOf('s', key));
  const source = `${storeSource(newDatabaseFile())}
    for (const slot of ${JSON.stringify(slots)}) {
      const claim = store.claim(slot, request);
      if (claim.kind === 'claimed') console.log(slot.key, claim.fencingToken);
    }`;
  const printed = (await Promise.all(Array.from({ length: 4 }, () => runProcess(source)))).flat();
  const keys = printed.map((line) => line.split(' ')[0]);
  const tokens = printed.map((line) => Number(line.split(' ')[1]));
  assert.deepEqual(keys.sort(), slots.map(({ key }) => key).sort());
  assert.deepEqual(
    tokens.sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, at) => at + 1),
  );
});

test('a process that is killed inside its transaction has completed nothing', async () => {
  const file = newDatabaseFile();
  const slot = slotOf('s', 'killed');
  const printed = await runProcess(`${storeSource(file)}
    const slot = ${JSON.stringify(slot)};
    const { fencingToken } = store.claim(slot, request);
    database.exec('CREATE TABLE charges (id TEXT); BEGIN; INSERT INTO charges VALUES (1)');
    console.log(store.within(database).complete(slot, fencingToken, ${JSON.stringify(completion)}));
    process.kill(process.pid, 'SIGKILL');`);
  assert.deepEqual(printed, ['true']);
  const database = new DatabaseSync(file);
  assert.equal((await sqliteStore({ database }).inspect(slot))?.record.kind, 'leased');
  assert.deepEqual(database.prepare('SELECT id FROM charges').all(), []);
});

test('a reader does not wait for a writer, and a writer that gets no lock in time changes nothing', async () => {
  const file = newDatabaseFile();
  const database = wal(new DatabaseSync(file, { timeout: 1 }));
  const { store, clock } = sqliteSubject({ database });
  const token = await claimed(store, slotOf('s', 1));
  clock.advance(request.leaseMs);
  const writer = new DatabaseSync(file);
  writer.exec('BEGIN IMMEDIATE');
  assert.equal(
    sqliteSubject({ database }).store.within(writer).complete(slotOf('s', 1), token, completion),
    true,
  );
  assert.equal((await store.claim(slotOf('s', 1), request)).kind, 'found');
  assert.equal(await stateOf(store, 's', 1), 'leased');
  const takingOver = { ...request, takeOver: token };
  assert.throws(() => store.claim(slotOf('s', 1), takingOver), /locked/);
  assert.throws(() => store.claim(slotOf('s', 2), request), /locked/);
  assert.equal(database.isTransaction, false);
  writer.exec('COMMIT');
  const claim = await store.claim(slotOf('s', 1), takingOver);
  assert.ok(claim.kind === 'found' && claim.record.kind === 'completed');
  await claimed(store, slotOf('s', 2));
});

/** A handle that runs a callback just before, or just after, it takes the write lock. */
function handleWith(
  file: string,
  hooks: { readonly before?: () => void; readonly after?: () => void },
): SqliteDatabase {
  const database = wal(new DatabaseSync(file));
  return {
    exec: (sql) => database.exec(sql),
    get isTransaction() {
      return database.isTransaction;
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      if (!sql.startsWith('BEGIN')) return statement;
      return {
        all: () => statement.all(),
        run() {
          hooks.before?.();
          const result = statement.run();
          hooks.after?.();
          return result;
        },
      };
    },
  };
}

test('a claim that is overtaken while it waits for the write lock returns the record of the other', async () => {
  const file = newDatabaseFile();
  const rival = sqliteStore({ database: wal(new DatabaseSync(file)) });
  let token: Promise<number> | undefined;
  const before = () => {
    token = claimed(rival, slotOf('s', 1));
  };
  const store = sqliteStore({ database: handleWith(file, { before }) });
  const claim = await store.claim(slotOf('s', 1), request);
  assert.ok(claim.kind === 'found' && claim.record.fencingToken === (await token));
});

test('from the beginning of its transaction on, a claim holds the write lock', async () => {
  const file = newDatabaseFile();
  const rival = new DatabaseSync(file, { timeout: 1 });
  wal(rival);
  const rivalStore = sqliteStore({ database: rival });
  const after = () => {
    assert.throws(() => rivalStore.claim(slotOf('s', 1), request), /locked/);
  };
  await claimed(sqliteStore({ database: handleWith(file, { after }) }), slotOf('s', 1));
});

test('a completion whose answer cannot be stored has not happened', async () => {
  const { store, database } = sqliteSubject();
  const token = await claimed(store, slotOf('s', 1));
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON idempotency_answers
    BEGIN SELECT raise(ABORT, 'no room'); END`);
  assert.throws(() => store.complete(slotOf('s', 1), token, completion), /no room/);
  assert.equal(await stateOf(store, 's', 1), 'leased');
});

test('a verb that fails leaves no transaction open', async () => {
  const { store, database } = sqliteSubject();
  assert.throws(() => store.claim({ scope: 'short', key: 'short' }, request), /CHECK constraint/);
  assert.equal(database.isTransaction, false);
  await claimed(store, slotOf('s', 1));
});

test('fencing tokens continue to grow after the file is opened again without records', async () => {
  const file = newDatabaseFile();
  const clock = new ManualClock();
  const reopened = () => sqliteStore({ database: wal(new DatabaseSync(file)), nowMs: () => clock.nowMs() });
  const first = await claimed(reopened(), slotOf('s', 1));
  clock.advance(request.retentionMs);
  assert.equal((await reopened().sweep()).forgotten, 1);
  assert.equal(await claimed(reopened(), slotOf('s', 2)), first + 1);
});

test('a handle without a busy time-out gets one, and an existing one is kept', () => {
  for (const [timeout, expected] of [
    [0, 5000],
    [7, 7],
  ] as const) {
    const database = new DatabaseSync(newDatabaseFile(), { timeout });
    sqliteStore({ database });
    assert.deepEqual({ ...database.prepare('PRAGMA busy_timeout').get() }, { timeout: expected });
  }
});

test('tables of a newer release are refused', () => {
  const { database } = sqliteSubject();
  database.exec('INSERT INTO idempotency_migrations (version) VALUES (1000)');
  assert.throws(() => sqliteSubject({ database }), /newer release/);
});

test('two stores with different prefixes share a file independently', async () => {
  const { database, store } = sqliteSubject();
  const other = sqliteSubject({ database, tablePrefix: 'other_' }).store;
  await claimed(store, slotOf('s', 1));
  await claimed(other, slotOf('s', 1));
});

test('mistakes in the options are found at start', () => {
  for (const tablePrefix of ['', '1st', 'a"b', 'a b', 'sqlite_x', 'x'.repeat(64)]) {
    assert.throws(() => sqliteSubject({ tablePrefix }), RangeError);
  }
  for (const answersPerScopeMax of [0, 1.5, Number.NaN]) {
    assert.throws(() => sqliteSubject({ answersPerScopeMax }), RangeError);
  }
  // @ts-expect-error: not a database
  assert.throws(() => sqliteStore({ database: {} }), TypeError);
});

test('the printed statements create the same tables as a store, and a store accepts them', async () => {
  const schemaOf = (database: DatabaseSync) =>
    database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
  const printed = new DatabaseSync(newDatabaseFile());
  printed.exec(sqliteDdl());
  const { database } = sqliteSubject();
  assert.deepEqual(schemaOf(printed), schemaOf(database));
  const { store } = sqliteSubject({ database: printed });
  await claimed(store, slotOf('s', 1));
  assert.deepEqual(schemaOf(printed), schemaOf(database));
  assert.throws(() => sqliteDdl({ tablePrefix: 'a"b' }), RangeError);
});
