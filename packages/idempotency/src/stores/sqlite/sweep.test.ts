import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { sqliteSubject } from '../../../test/harness/sqlite.ts';
import { claimed, completed, slotOf, stateOf } from '../../../test/harness/store-cases.ts';

describe('a sweep of the SQLite store', () => {
  const rowsOf = (database: DatabaseSync, table: string) =>
    database.prepare(`SELECT fencing_token AS token FROM idempotency_${table}`).all();

  test('makes tombstones of expired answers, and removes nothing else', async () => {
    const { store, clock, database } = sqliteSubject();
    await completed(store, 's', 1);
    clock.advance(5000);
    await completed(store, 's', 2);
    await claimed(store, slotOf('s', 3));
    clock.advance(5000);
    assert.deepEqual(await store.sweep(), { expired: 1, evicted: 0, forgotten: 0 });
    const states = await Promise.all([1, 2, 3].map((key) => stateOf(store, 's', key)));
    assert.deepEqual(states, ['gone', 'kept', 'leased']);
    assert.equal(rowsOf(database, 'answers').length, 1);
  });

  test('forgets keys whose retention is over, but none under an active lease', async () => {
    const { store, clock, database } = sqliteSubject();
    await completed(store, 's', 1);
    await claimed(store, slotOf('s', 2));
    const living = await claimed(store, slotOf('s', 3));
    clock.advance(59_999);
    assert.equal((await store.sweep()).forgotten, 0);
    await store.renew(slotOf('s', 3), living, 1000);
    clock.advance(1);
    assert.equal((await store.sweep()).forgotten, 2);
    assert.deepEqual(
      rowsOf(database, 'records').map((row) => row['token']),
      [living],
    );
  });

  test('leaves a scope its newest answers up to the cap, and touches no other scope', async () => {
    const { store } = sqliteSubject({ answersPerScopeMax: 3 });
    for (let key = 0; key < 5; key++) await completed(store, 'loud', key);
    await completed(store, 'quiet', 0);
    assert.deepEqual(await store.sweep(), { expired: 0, evicted: 2, forgotten: 0 });
    const states = await Promise.all([0, 1, 2, 3, 4].map((key) => stateOf(store, 'loud', key)));
    assert.deepEqual(states, ['gone', 'gone', 'kept', 'kept', 'kept']);
    assert.equal(await stateOf(store, 'quiet', 0), 'kept');
    assert.equal((await store.sweep()).evicted, 0);
  });

  test('removes in steps, no matter how much there is, and lets other work run in between', async () => {
    const { store, clock, database } = sqliteSubject({ answersPerScopeMax: 100 });
    database.exec('BEGIN');
    const answer = database.prepare('INSERT INTO idempotency_answers VALUES (?, ?, ?, ?)');
    const record = database.prepare('INSERT INTO idempotency_records VALUES (?, ?, ?, 0, ?, ?, NULL, NULL)');
    const scope = (name: string) => Buffer.from(slotOf(name, 0).scope, 'hex');
    for (let token = 1; token <= 1200; token++) {
      const key = Buffer.from(slotOf('s', token).key, 'hex');
      record.run(scope('s'), key, Buffer.alloc(32), clock.nowMs(), token);
      answer.run(token, scope('s'), clock.nowMs(), Buffer.of(0));
      answer.run(token + 1200, scope(`${token % 2}`), clock.nowMs() + 1, Buffer.of(0));
    }
    database.exec('COMMIT');
    let hasEnded = false;
    let turns = 0;
    const sweeping = store.sweep().then((swept) => {
      hasEnded = true;
      return swept;
    });
    while (!hasEnded) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await sweeping, { expired: 1200, evicted: 1000, forgotten: 1200 });
    assert.ok(turns > 8, `${turns}`);
    assert.equal(rowsOf(database, 'answers').length, 200);
  });
});
