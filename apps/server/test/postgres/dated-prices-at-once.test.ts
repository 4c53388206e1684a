// The clocks of the instances differ around the date of a price: price versions along an account still only grow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import { inStroops } from '../../src/domain/service.ts';
import {
  answerOf,
  assertBooks,
  holdKey,
  type Instance,
  price,
  startInstance,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';

const hourMs = 3_600_000;
const serviceId = 'search';
const dated = (stroops: bigint, effectiveFromMs: number): Command => ({
  kind: 'set_price',
  serviceId,
  stated: inStroops(stroops),
  effectiveFromMs,
});

async function versionsOf({ books }: Instance, agent: string): Promise<number[]> {
  const entries = await books.entriesOf({ tenant, agent, serviceId }, 0, 100, 100);
  return entries.map(({ priceVersion }) => priceVersion);
}

test('an instance whose clock lags continues at the price that another instance has charged to the account', async (t) => {
  const { url, first, clock } = await startInstances(t);
  const ahead = await startInstance(t, url, { nowMs: clock.nowMs + 2 * hourMs });
  await first.execute(price(2n), dated(3n, clock.nowMs + hourMs), usage('a'), usage('b'));
  await ahead.execute(usage('a'));
  await first.execute(usage('a'), usage('b'));
  assert.deepEqual(await versionsOf(first, 'a'), [1, 2, 2]);
  assert.deepEqual(await versionsOf(first, 'b'), [1, 1]);
  clock.nowMs += hourMs;
  await first.execute(usage('b'));
  assert.deepEqual(await versionsOf(first, 'b'), [1, 1, 2]);
  await assertBooks(first, 6);
});

const withdrawals: readonly (readonly [how: string, command: (nowMs: number) => Command, later: number])[] = [
  ['is cancelled', () => ({ kind: 'cancel_next_price', serviceId }), 3],
  ['gets another date', (nowMs) => dated(3n, nowMs + 3 * hourMs), 3],
  ['has to wait for a price that is set at once', () => price(5n), 3],
];

for (const [how, command, later] of withdrawals) {
  test(`usage at a next price that ${how} before its batch commits is followed by a higher version`, async (t) => {
    const { url, first, client, clock } = await startInstances(t);
    const ahead = await startInstance(t, url, { nowMs: clock.nowMs + 2 * hourMs });
    await first.execute(price(2n), dated(3n, clock.nowMs + hourMs), usage('a'));
    await holdKey(client, 'key');
    // It has read the next price, and has written its entry at that price.
    const charged = ahead.send(usage('a'), 'key');
    await untilWaiting(client, 1);
    const [withdrawn] = await first.execute(command(clock.nowMs));
    assert.ok([200, 204].includes(Number(answerOf(withdrawn).status)));
    await client.query('ROLLBACK');
    assert.equal(answerOf(await charged).status, 201);
    await first.execute(usage('a'));
    await ahead.execute(usage('a'));
    const versions = await versionsOf(first, 'a');
    assert.deepEqual(versions.slice(0, 3), [1, 2, later]);
    assert.deepEqual(versions, versions.toSorted());
    await assertBooks(first, 4);
  });
}
