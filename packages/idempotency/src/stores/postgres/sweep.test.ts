import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../../../test/harness/postgres.ts';
import { claimed, completed, slotOf, stateOf } from '../../../test/harness/store-cases.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { postgresStore } from '../postgres.ts';

let server: TestPostgres;
let pool: pg.Pool;

before(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.connectionString });
});

after(async () => {
  await pool.end();
  await server.stop();
});

let schemas = 0;
/** A store with its own tables and its own clock. */
function subject(options: { readonly answersPerScopeMax?: number } = {}) {
  const clock = new ManualClock();
  const schema = `store_${++schemas}`;
  const store = postgresStore({ client: pool, schema, nowMs: () => clock.nowMs(), ...options });
  return { store, clock, schema };
}

describe('a sweep of the PostgreSQL store', () => {
  test('makes tombstones of expired answers, and removes nothing else', async () => {
    const { store, clock, schema } = subject();
    await completed(store, 's', 1);
    clock.advance(5000);
    await completed(store, 's', 2);
    await claimed(store, slotOf('s', 3));
    clock.advance(5000);
    assert.deepEqual(await store.sweep(), { expired: 1, evicted: 0, forgotten: 0 });
    assert.deepEqual(await Promise.all([1, 2, 3].map((key) => stateOf(store, 's', key))), [
      'gone',
      'kept',
      'leased',
    ]);
    const { rows } = await pool.query(`SELECT count(*)::int FROM ${schema}.answers`);
    assert.deepEqual(rows, [{ count: 1 }]);
  });

  test('forgets keys whose retention is over, but none under an active lease', async () => {
    const { store, clock, schema } = subject();
    await completed(store, 's', 1);
    await claimed(store, slotOf('s', 2));
    const living = await claimed(store, slotOf('s', 3));
    clock.advance(59_999);
    assert.equal((await store.sweep()).forgotten, 0);
    await store.renew(slotOf('s', 3), living, 1000);
    clock.advance(1);
    assert.equal((await store.sweep()).forgotten, 2);
    const { rows } = await pool.query(`SELECT fencing_token::int AS token FROM ${schema}.records`);
    assert.deepEqual(rows, [{ token: living }]);
  });

  test('removes a renewal a day after it has lapsed, and keeps that of an active lease', async () => {
    const { store, clock, schema } = subject();
    const tokens = [await claimed(store, slotOf('s', 1)), await claimed(store, slotOf('s', 2))] as const;
    const dayMs = 86_400_000;
    await store.renew(slotOf('s', 1), tokens[0], 1000);
    await store.renew(slotOf('s', 2), tokens[1], dayMs);
    const left = async () => {
      await store.sweep();
      const { rows } = await pool.query(
        `SELECT fencing_token::int AS token FROM ${schema}.renewals ORDER BY 1`,
      );
      return rows.map(({ token }) => token);
    };
    clock.advance(dayMs + 999);
    assert.deepEqual(await left(), tokens);
    clock.advance(1);
    assert.deepEqual(await left(), [tokens[1]]);
  });

  test('leaves a scope its newest answers up to the cap, and touches no other scope', async () => {
    const { store } = subject({ answersPerScopeMax: 3 });
    for (let key = 0; key < 5; key++) await completed(store, 'loud', key);
    await completed(store, 'quiet', 0);
    assert.deepEqual(await store.sweep(), { expired: 0, evicted: 2, forgotten: 0 });
    const states = await Promise.all([0, 1, 2, 3, 4].map((key) => stateOf(store, 'loud', key)));
    assert.deepEqual(states, ['gone', 'gone', 'kept', 'kept', 'kept']);
    assert.equal(await stateOf(store, 'quiet', 0), 'kept');
    assert.equal((await store.sweep()).evicted, 0);
  });

  test('removes in steps, no matter how much there is', async () => {
    const { store, clock, schema } = subject({ answersPerScopeMax: 100 });
    await store.migrate();
    const fill = (rows: number, expiresAtMs: number, scope: string) =>
      pool.query(
        `INSERT INTO ${schema}.answers (scope, fencing_token, expires_at_ms, answer)
         SELECT decode($3, 'hex'), nextval('${schema}.fencing_tokens'), $2, '' FROM generate_series(1, $1)`,
        [rows, expiresAtMs, slotOf(scope, 0).scope],
      );
    await fill(2500, clock.nowMs(), 'expired');
    for (const scope of ['a', 'b']) await fill(1600, clock.nowMs() + 1, scope);
    await pool.query(
      `INSERT INTO ${schema}.records (scope, key, fingerprint, first_seen_at_ms, forget_at_ms, fencing_token)
       SELECT substr(sha256('s'), 1, 16), substr(sha256(n::text::bytea), 1, 16), sha256('f'), 0, $1, n
       FROM generate_series(1, 2500) n`,
      [clock.nowMs()],
    );
    assert.deepEqual(await store.sweep(), { expired: 2500, evicted: 3000, forgotten: 2500 });
    const { rows } = await pool.query(`SELECT count(*)::int FROM ${schema}.answers GROUP BY scope`);
    assert.deepEqual(rows, [{ count: 100 }, { count: 100 }]);
  });

  test('skips rows that another sweep has locked', async () => {
    const { store, clock, schema } = subject();
    for (const key of [1, 2]) await completed(store, 's', key);
    clock.advance(60_000);
    const other = await pool.connect();
    await other.query('BEGIN');
    for (const table of ['answers', 'records']) {
      await other.query(`SELECT 1 FROM ${schema}.${table} ORDER BY fencing_token LIMIT 1 FOR UPDATE`);
    }
    assert.deepEqual(await store.sweep(), { expired: 1, evicted: 0, forgotten: 1 });
    await other.query('ROLLBACK');
    other.release();
    assert.deepEqual(await store.sweep(), { expired: 1, evicted: 0, forgotten: 1 });
  });
});
