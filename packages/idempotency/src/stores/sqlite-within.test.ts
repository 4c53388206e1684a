import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newDatabaseFile, sqliteDrivers, sqliteSubject } from '../../test/harness/sqlite.ts';
import { claimed, completion, request, slotOf } from '../../test/harness/store-cases.ts';

for (const { name, open } of sqliteDrivers) {
  describe(`within a transaction of ${name}`, () => {
    const file = newDatabaseFile();
    const { store, clock } = sqliteSubject({ database: open(file) });
    const database = open(file);
    database.exec('CREATE TABLE charges (id TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT');
    const charge = (id: string) => database.prepare('INSERT INTO charges VALUES (?, 7)').run(id);
    const isCharged = (id: string) =>
      database.prepare('SELECT 1 FROM charges WHERE id = ?').all(id).length > 0;

    test('a commit commits the completion with its answer', async () => {
      const slot = slotOf('s', 'commit');
      const token = await claimed(store, slot);
      database.exec('BEGIN IMMEDIATE');
      charge('commit');
      assert.equal(
        store.within(database).complete(slot, token, { ...completion, location: '/charges/1' }),
        true,
      );
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
      database.exec('COMMIT');
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
      assert.equal(Buffer.from(record.answer.response).toString(), completion.answer);
      assert.equal(record.location, '/charges/1');
      assert.equal(isCharged('commit'), true);
    });

    test('a rollback undoes the completion: the operation is still leased', async () => {
      const slot = slotOf('s', 'rollback');
      const token = await claimed(store, slot);
      database.exec('BEGIN IMMEDIATE');
      charge('rollback');
      assert.equal(store.within(database).complete(slot, token, completion), true);
      database.exec('ROLLBACK');
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
      assert.equal(isCharged('rollback'), false);
      assert.equal(await store.complete(slot, token, completion), true);
    });

    test('an operation whose lease was taken over gets an error', async () => {
      const slot = slotOf('s', 'late');
      const late = await claimed(store, slot);
      clock.advance(request.leaseMs);
      assert.equal((await store.claim(slot, { ...request, takeOver: late })).kind, 'claimed');
      database.exec('BEGIN IMMEDIATE');
      assert.equal(store.within(database).complete(slot, late, completion), false);
      database.exec('ROLLBACK');
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
    });

    test('if no transaction is open, or no longer, it throws', async () => {
      const slot = slotOf('s', 'none');
      const token = await claimed(store, slot);
      assert.throws(() => store.within(database), TypeError);
      database.exec('BEGIN');
      const completer = store.within(database);
      database.exec('COMMIT');
      assert.throws(() => completer.complete(slot, token, completion), TypeError);
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
    });
  });
}
