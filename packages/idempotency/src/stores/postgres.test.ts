import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import postgres from 'postgres';
import { startPostgres, type TestPostgres, untilBlocked } from '../../test/harness/postgres.ts';
import { claimed, completed, completion, request, slotOf } from '../../test/harness/store-cases.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type PostgresClient, type PostgresStoreOptions, postgresDdl, postgresStore } from './postgres.ts';

let server: TestPostgres;
let pool: pg.Pool;

before(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.connectionString, max: 20 });
});

after(async () => {
  await pool.end();
  await server.stop();
});

let schemas = 0;
/** A store with its own tables and its own clock. */
function subject(options: Partial<PostgresStoreOptions> = {}) {
  const clock = new ManualClock();
  const schema = `store_${++schemas}`;
  const store = postgresStore({ client: pool, schema, nowMs: () => clock.nowMs(), ...options });
  return { store, clock, schema };
}

/** Like PgBouncer in transaction mode: another session for each statement, and nothing is left in it. */
function withoutSessions(): PostgresClient {
  return {
    async query(text: string, values: unknown[]) {
      const client = await pool.connect();
      try {
        const result = await client.query(text, values);
        await client.query('DISCARD ALL');
        return result;
      } finally {
        client.release();
      }
    },
  };
}

const drivers: readonly {
  readonly name: string;
  readonly connect: () => [PostgresClient, () => Promise<void>];
}[] = [
  { name: 'node-postgres', connect: () => [pool, async () => {}] },
  { name: 'node-postgres without sessions', connect: () => [withoutSessions(), async () => {}] },
  {
    name: 'postgres.js',
    connect() {
      const sql = postgres(server.connectionString, { max: 10 });
      return [sql, () => sql.end()];
    },
  },
  {
    name: 'postgres.js that renames columns and parses bigints',
    connect() {
      const sql = postgres(server.connectionString, {
        max: 10,
        transform: postgres.toPascal,
        types: { bigint: postgres.BigInt },
      });
      return [sql, () => sql.end()];
    },
  },
];

for (const { name, connect } of drivers) {
  describe(`laws of the PostgreSQL store over ${name}`, () => {
    let client: PostgresClient;
    let disconnect: () => Promise<void>;
    before(() => {
      [client, disconnect] = connect();
    });
    after(() => disconnect());
    const openByServerClock = () => postgresStore({ client, schema: 'laws' });
    const openAtToken = async (lastToken: number) => {
      const { store, schema } = subject({ client });
      await store.migrate();
      await pool.query(`ALTER SEQUENCE ${schema}.fencing_tokens RESTART WITH ${lastToken + 1}`);
      return store;
    };
    for (const law of storeLaws) {
      test(`${law.id}: ${law.sentence}`, () =>
        law.run({ ...subject({ client, schema: 'laws' }), openByServerClock, openAtToken }));
    }
  });
}

describe('a store whose role has exactly the rights that the printed statements grant', () => {
  let client: pg.Pool;
  before(async () => {
    await pool.query('CREATE ROLE just_the_store LOGIN');
    await pool.query(postgresDdl({ schema: 'printed', role: 'just_the_store' }));
    const url = new URL(server.connectionString);
    url.username = 'just_the_store';
    client = new pg.Pool({ connectionString: url.href });
  });
  after(() => client.end());

  for (const law of storeLaws) {
    test(`${law.id}: ${law.sentence}`, () => law.run(subject({ client, schema: 'printed' })));
  }

  test('sweeps, and may not change the tables', async () => {
    assert.ok((await subject({ client, schema: 'printed' }).store.sweep({ nowMs: 1 })).forgotten === 0);
    await assert.rejects(client.query('DROP TABLE printed.records'), /must be owner/);
    await assert.rejects(client.query('CREATE TABLE printed.other (id int)'), /permission denied/);
  });
});

test('of 50 claims of one slot over 10 connections, exactly one takes the lease', async () => {
  const pools = Array.from(
    { length: 10 },
    () => new pg.Pool({ connectionString: server.connectionString, max: 1 }),
  );
  const stores = pools.map((client) => postgresStore({ client, schema: 'contended' }));
  const slot = slotOf('s', 'contended');
  const claims = await Promise.all(
    Array.from({ length: 50 }, async (_, at) => stores[at % 10]?.claim(slot, request)),
  );
  assert.equal(claims.filter((claim) => claim?.kind === 'claimed').length, 1);
  assert.equal(claims.filter((claim) => claim?.kind === 'found').length, 49);
  await Promise.all(pools.map((client) => client.end()));
});

test('by default the store uses the clock of the database', async () => {
  const store = postgresStore({ client: pool, schema: 'real_time' });
  await store.migrate();
  const databaseMs = async () => {
    const { rows } = await pool.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms');
    return Number(rows[0].ms);
  };
  const beforeMs = await databaseMs();
  const claim = await store.claim(slotOf('s', 1), request);
  const afterMs = await databaseMs();
  assert.ok(claim.kind === 'claimed' && claim.nowMs >= Math.floor(beforeMs) && claim.nowMs <= afterMs);
  const found = await store.inspect(slotOf('s', 1));
  assert.equal(found?.record.firstSeenAtMs, claim.nowMs);
});

for (const end of ['COMMIT', 'ROLLBACK'] as const) {
  test(`a claim that meets an unfinished one waits for it, and after ${end} returns the resulting state`, async () => {
    const { store, clock, schema } = subject();
    await store.migrate();
    const client = await pool.connect();
    await client.query('BEGIN');
    const first = await claimed(
      subject({ client, schema, nowMs: () => clock.nowMs() }).store,
      slotOf('s', 1),
    );
    const second = store.claim(slotOf('s', 1), request);
    await untilBlocked(pool);
    await client.query(end);
    client.release();
    const claim = await second;
    if (end === 'COMMIT') assert.ok(claim.kind === 'found' && claim.record.fencingToken === first);
    else assert.equal(claim.kind, 'claimed');
  });
}

/** A client that is overtaken: it acts between the read of a claim and its compare-and-set. */
function overtaken(act: () => Promise<unknown>): PostgresClient {
  return {
    async query(text: string, values: unknown[]) {
      if (/UPDATE \S+records SET fencing_token/.test(text)) await act();
      return pool.query(text, values);
    },
  };
}

test('a lease that its holder renews at the last moment is neither taken over nor forgotten', async () => {
  for (const passedMs of [request.leaseMs, request.retentionMs]) {
    const { store, clock, schema } = subject();
    const token = await claimed(store, slotOf('s', 1));
    clock.advance(passedMs);
    const client = overtaken(async () => assert.equal(await store.renew(slotOf('s', 1), token, 1000), true));
    const late = subject({ client, schema, nowMs: () => clock.nowMs() }).store;
    const claim = await late.claim(slotOf('s', 1), { ...request, takeOver: token });
    assert.ok(claim.kind === 'found' && claim.record.fencingToken === token);
  }
});

test('a claim that waits for a committing renewal does not take its lease', async () => {
  for (const passedMs of [request.leaseMs, request.retentionMs]) {
    const { store, clock, schema } = subject();
    const slot = slotOf('s', 1);
    const token = await claimed(store, slot);
    clock.advance(passedMs);
    const client = await pool.connect();
    await client.query('BEGIN');
    const inner = subject({ client, schema, nowMs: () => clock.nowMs() }).store;
    assert.equal(await inner.renew(slot, token, 1000), true);
    const second = store.claim(slot, { ...request, takeOver: token });
    await untilBlocked(pool);
    assert.deepEqual(await store.sweep(), { expired: 0, evicted: 0, forgotten: 0 });
    await client.query('COMMIT');
    client.release();
    const claim = await second;
    assert.ok(claim.kind === 'found' && claim.record.fencingToken === token, claim.kind);
    assert.equal(await store.renew(slot, token, 1000), true);
  }
});

test('if two claims find the same record forgotten, the later one returns the record of the other', async () => {
  const { store, clock, schema } = subject();
  await completed(store, 's', 1);
  clock.advance(request.retentionMs);
  let token = 0;
  const client = overtaken(async () => {
    token = await claimed(store, slotOf('s', 1));
    clock.advance(request.leaseMs);
  });
  const late = subject({ client, schema, nowMs: () => clock.nowMs() }).store;
  const claim = await late.claim(slotOf('s', 1), request);
  assert.ok(claim.kind === 'found' && claim.record.fencingToken === token);
});

test('two simultaneous completions with one token both succeed, and the first one is kept', async () => {
  const { store, schema } = subject();
  const slot = slotOf('s', 1);
  const token = await claimed(store, slot);
  const client = await pool.connect();
  await client.query('BEGIN');
  const inner = subject({ client, schema }).store;
  assert.equal(await inner.complete(slot, token, { ...completion, answer: '200\n\nfirst' }), true);
  const second = store.complete(slot, token, { ...completion, answer: '200\n\nsecond' });
  await untilBlocked(pool);
  await client.query('COMMIT');
  client.release();
  assert.equal(await second, true);
  const record = (await store.inspect(slot))?.record;
  assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
  assert.equal(Buffer.from(record.answer.response).toString(), '200\n\nfirst');
});

test('if transactions are serializable by default, claims repeat what the database rolled back', async () => {
  const client = new pg.Pool({
    connectionString: server.connectionString,
    max: 10,
    options: '-c default_transaction_isolation=serializable',
  });
  const { store, clock } = subject({ client });
  for (let key = 0; key < 10; key++) {
    const slot = slotOf('s', key);
    const claims = await Promise.all(Array.from({ length: 10 }, async () => store.claim(slot, request)));
    assert.equal(claims.filter(({ kind }) => kind === 'claimed').length, 1);
    clock.advance(request.leaseMs);
    const takeOver = (await store.inspect(slot))?.record.fencingToken;
    const again = await Promise.all(
      Array.from({ length: 10 }, async () => store.claim(slot, { ...request, takeOver })),
    );
    assert.equal(again.filter(({ kind }) => kind === 'claimed').length, 1);
  }
  await client.end();
});

test('mistakes in the options are found at start', () => {
  for (const schema of ['', 'Upper', '1st', 'a"b', 'x'.repeat(64)]) {
    assert.throws(() => postgresStore({ client: pool, schema }), RangeError);
  }
  for (const answersPerScopeMax of [0, 1.5, Number.NaN]) {
    assert.throws(() => postgresStore({ client: pool, answersPerScopeMax }), RangeError);
  }
  // @ts-expect-error: not a client
  assert.throws(() => postgresStore({ client: {} }), TypeError);
  assert.throws(() => postgresDdl({ schema: 'a"b' }), RangeError);
  assert.throws(() => postgresDdl({ role: 'a"b' }), RangeError);
});
