import assert from 'node:assert/strict';
import type { Law } from '../law.ts';
import { claimed, claimRequest, completion, found, newSlot } from './cases.ts';
import type { StoreSubject } from './subject.ts';

/** Values that a narrow column could not store. */
export const widthLaws: readonly Law<StoreSubject>[] = [
  {
    id: 'long-location',
    sentence:
      'A location of 8,000 characters is stored whole; a longer one is stored whole or refused with the completion, never truncated.',
    async run({ store }) {
      for (const length of [256, 2_000, 8_000]) {
        const slot = newSlot();
        const location = locationOf(length);
        assert.equal(await store.complete(slot, await claimed(store, slot), completion({ location })), true);
        const record = await found(store, slot);
        assert.ok(record.kind === 'completed' && record.location === location, `${length} characters`);
      }
      const slot = newSlot();
      const location = locationOf(70_000);
      const token = await claimed(store, slot);
      const isRefused = await refuses(() => store.complete(slot, token, completion({ location })));
      const record = await found(store, slot);
      if (isRefused) assert.equal(record.kind, 'leased');
      else assert.ok(record.kind === 'completed' && record.location === location);
    },
  },
  {
    id: 'wide-token',
    sentence: 'A fencing token of any size up to 2^53 − 1 is kept exactly, and the next one is greater.',
    async run({ openAtToken }) {
      if (openAtToken === undefined) return;
      for (const lastToken of [2 ** 31 - 1, 2 ** 32 - 1, 2 ** 53 - 3]) {
        const store = await openAtToken(lastToken);
        const slot = newSlot();
        const token = await claimed(store, slot);
        assert.ok(Number.isSafeInteger(token) && token > lastToken, `${token}`);
        assert.equal((await found(store, slot)).fencingToken, token);
        assert.equal(await store.renew(slot, token - 1, 1000), false);
        assert.equal(await store.renew(slot, token, 0), true);
        const next = await claimed(store, slot, { takeOver: token });
        assert.ok(Number.isSafeInteger(next) && next > token, `${next}`);
        assert.equal(await store.complete(slot, token, completion()), false);
        assert.equal(await store.complete(slot, next, completion()), true);
        const record = await found(store, slot);
        assert.ok(
          record.kind === 'completed' && record.fencingToken === next && record.answer.kind === 'kept',
        );
      }
    },
  },
  {
    id: 'last-token',
    sentence: 'After the fencing token 2^53 − 1 a claim is refused: no token is issued twice.',
    async run({ openAtToken }) {
      if (openAtToken === undefined) return;
      const store = await openAtToken(2 ** 53 - 2);
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(token, 2 ** 53 - 1);
      assert.equal(await store.renew(slot, token, 0), true);
      assert.ok(await refuses(() => store.claim(newSlot(), claimRequest())));
      assert.ok(await refuses(() => store.claim(slot, claimRequest({ takeOver: token }))));
      const record = await found(store, slot);
      assert.ok(record.kind === 'leased' && record.fencingToken === token);
    },
  },
];

function locationOf(length: number): string {
  return `/charges/${'7'.repeat(length - '/charges//'.length)}/`;
}

async function refuses(call: () => unknown): Promise<boolean> {
  try {
    await call();
    return false;
  } catch {
    return true;
  }
}
