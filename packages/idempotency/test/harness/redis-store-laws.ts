import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectionOf } from '../../src/stores/redis/client.ts';
import { newScript } from '../../src/stores/redis/scripts.ts';
import { type RedisStoreOptions, redisStore } from '../../src/stores/redis.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { storeLaws } from '../../src/testing/store-laws.ts';
import type { OpenClient } from './redis-drivers.ts';

const setScript = newScript(`return redis.call('SET', KEYS[1], ARGV[1])`);

/** Runs the laws of stores on a Redis store, with one driver. */
export function redisStoreLaws(
  driver: string,
  open: () => Promise<OpenClient>,
  options: Partial<RedisStoreOptions> = {},
): void {
  describe(`by ${driver}`, () => {
    let opened: OpenClient | undefined;
    before(async () => {
      opened = await open();
    });
    after(() => opened?.close());
    for (const law of storeLaws) {
      test(law.sentence, async () => {
        const clock = new ManualClock();
        const { client } = given(opened);
        await law.run({
          store: redisStore({ client, nowMs: () => clock.nowMs(), ...options }),
          clock,
          openByServerClock: () => redisStore({ client, ...options }),
          async openAtToken(lastToken) {
            const prefix = `${crypto.randomUUID()}:`;
            const key = `${prefix}fencing-token`;
            await connectionOf(client).run(setScript, { keys: [key], values: [String(lastToken)] });
            return redisStore({ client, prefix, ...options });
          },
        });
      });
    }
  });
}

/** The value that a `before` hook has set. */
export function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
