import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseClock } from '../../src/storage/postgres/database/database-clock.ts';
import { ReadPool } from '../../src/storage/postgres/pool.ts';
import { emptyPostgres } from '../harness/database.ts';
import { onEnd } from '../harness/on-end.ts';

test('an answer with a long round trip does not set the clock', async (t) => {
  const pool = new ReadPool({ url: await emptyPostgres(), isPrepared: true }, 1);
  onEnd(t, () => pool.close());
  const clock = new DatabaseClock(pool);
  onEnd(t, () => clock.stop());
  // A later statement on this connection waits, and half of the wait would be the error.
  const slow = pool.use((connection) => connection.rows('SELECT pg_sleep(2)', []));
  await clock.start();
  await slow;
  // The database of the tests has the clock of this machine.
  const aheadMs = clock.nowMs() - Date.now();
  assert.ok(Math.abs(aheadMs) < 500, `${aheadMs} ms ahead`);
});

test("an instance whose clock jumps follows the database's clock again after the next measurement", async (t) => {
  const pool = new ReadPool({ url: await emptyPostgres(), isPrepared: true }, 1);
  onEnd(t, () => pool.close());
  t.mock.timers.enable({ apis: ['setInterval'] });
  const clock = new DatabaseClock(pool);
  onEnd(t, () => clock.stop());
  await clock.start();
  const own = Date.now.bind(Date);
  t.mock.method(Date, 'now', () => own() + 3_600_000);
  assert.ok(clock.nowMs() - own() > 3_500_000, 'until then it is wrong by as much');
  t.mock.timers.tick(30_000);
  // The measurement is a single statement, and there is no sign that it has ended.
  while (clock.nowMs() - own() > 500) await pool.use((connection) => connection.rows('SELECT 1', []));
  assert.ok(clock.nowMs() - own() > -500);
});
