import assert from 'node:assert/strict';
import type { Law } from '../law.ts';
import { answerTtlMs, claimed, completion, found, leaseMs, newSlot } from './cases.ts';
import type { StoreSubject } from './subject.ts';

const dayMs = 86_400_000;

/** Which clock a store uses. */
export const clockLaws: readonly Law<StoreSubject>[] = [
  {
    id: 'own-clock',
    sentence:
      'The clock of the server decides: a caller whose clock is a day ahead cannot take over a valid lease, and does not change the times of a record.',
    async run({ openByServerClock }) {
      if (openByServerClock === undefined) return;
      const trueMs = Date.now();
      const isTrue = (ms: number, afterMs: number) => Math.abs(ms - afterMs - trueMs) < dayMs / 2;
      await withClockAhead(dayMs, async () => {
        const store = await openByServerClock();
        const slot = newSlot();
        const token = await claimed(store, slot);
        const leased = await found(store, slot, { takeOver: token });
        assert.ok(leased.kind === 'leased' && leased.fencingToken === token);
        assert.ok(isTrue(leased.firstSeenAtMs, 0) && isTrue(leased.leaseExpiresAtMs, leaseMs));
        assert.equal(await store.renew(slot, token, leaseMs), true);
        const renewed = await found(store, slot, { takeOver: token });
        assert.ok(renewed.kind === 'leased' && isTrue(renewed.leaseExpiresAtMs, leaseMs));
        assert.equal(await store.complete(slot, token, completion()), true);
        const { answer } = await completed(store, slot);
        assert.ok(answer.kind === 'kept' && isTrue(answer.expiresAtMs, answerTtlMs));
        const look = await store.inspect(slot);
        assert.ok(look !== undefined && isTrue(look.nowMs, 0));
      });
    },
  },
];

async function completed(store: Parameters<typeof found>[0], slot: Parameters<typeof found>[1]) {
  const record = await found(store, slot);
  if (record.kind !== 'completed')
    throw new assert.AssertionError({ message: 'a completed record was expected' });
  return record;
}

/** Runs some work while the clock of this process is ahead of the true time. */
async function withClockAhead(byMs: number, work: () => Promise<void>): Promise<void> {
  const TrueDate = Date;
  const nowMs = () => TrueDate.now() + byMs;
  globalThis.Date = new Proxy(TrueDate, {
    construct: (target, values) => Reflect.construct(target, values.length === 0 ? [nowMs()] : values),
    get: (target, name) => (name === 'now' ? nowMs : Reflect.get(target, name)),
  });
  try {
    await work();
  } finally {
    globalThis.Date = TrueDate;
  }
}
