import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BulkSender, type Failure, waitMs } from './bulk-sender.ts';
import type { Attempt } from './usage-client.ts';

const bulk = { items: [{ row: 1, item: { agent: 'a', serviceId: 's', requests: 1 } }], bytes: 10 };
const answered: Attempt = { kind: 'answered', results: [{ ok: true, status: 'recorded' }] };
const failed: Attempt = {
  kind: 'failed',
  reason: '503 overloaded',
  advice: 'Wait.',
  retryAfterMs: undefined,
  isReached: true,
};
const expired: Attempt = {
  kind: 'key_expired',
  reason: '410 idempotency_key_expired',
  advice: 'Set the clock.',
};

/** A sender to a server that gives these answers and repeats the last one, with a clock that only waits advance. */
function senderTo(answers: readonly Attempt[], giveUpMs = 600_000, unreachedMs = 15_000) {
  const keys: string[] = [];
  const waits: number[] = [];
  const failures: Failure[] = [];
  const stop = new AbortController();
  let nowMs = 0;
  const sender = new BulkSender({
    client: {
      sendBulk: async (_items, key) => {
        keys.push(key);
        return answers[keys.length - 1] ?? answers.at(-1) ?? answered;
      },
    },
    signals: { stop: stop.signal, cancel: stop.signal },
    giveUpMs,
    unreachedMs,
    nowMs: () => nowMs,
    pause: async (ms) => {
      waits.push(ms);
      nowMs += ms;
      if (waits.length > 1_000) stop.abort();
    },
    random: () => 1,
    onFailure: (failure) => failures.push(failure),
  });
  return { sender, keys, waits, failures, stop };
}

test('a bulk is sent again under the same key until it is answered', async () => {
  const { sender, keys, waits } = senderTo([failed, failed, failed, answered]);
  assert.deepEqual(await sender.deliver(bulk), answered);
  assert.equal(new Set(keys).size, 1);
  assert.match(keys[0] ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.deepEqual(waits, [250, 500, 1_000]);
});

test('every bulk has a key of its own', async () => {
  const { sender, keys } = senderTo([answered]);
  await sender.deliver(bulk);
  await sender.deliver(bulk);
  assert.equal(new Set(keys).size, 2);
});

test('a key that has expired is replaced once', async () => {
  const once = senderTo([failed, expired, answered]);
  assert.deepEqual(await once.sender.deliver(bulk), answered);
  assert.equal(once.keys[0], once.keys[1]);
  assert.notEqual(once.keys[1], once.keys[2]);
  const { sender, keys } = senderTo([expired]);
  assert.equal((await sender.deliver(bulk)).kind, 'rejected');
  assert.equal(keys.length, 2);
});

test('it gives up only when nothing at all got through for long enough', async () => {
  const { sender, waits } = senderTo([failed], 60_000);
  const given = await sender.deliver(bulk);
  assert.equal(given.kind, 'rejected');
  if (given.kind === 'rejected')
    assert.match(given.reason, /the server accepted nothing for 6\d s: 503 overloaded/);
  assert.ok(Math.max(...waits) <= 10_000);

  const often = Array.from({ length: 60 }, (_, index) => (index % 6 === 5 ? answered : failed));
  const slow = senderTo(often, 60_000);
  for (let bulks = 0; bulks < 10; bulks += 1) {
    assert.deepEqual(await slow.sender.deliver(bulk), answered, 'each success begins the time anew');
  }
});

test('a server that never answered is given up soon, and one that answered once is not', async () => {
  const unreached: Attempt = { ...failed, reason: 'connect ECONNREFUSED', isReached: false };
  const never = senderTo([unreached]);
  const given = await never.sender.deliver(bulk);
  assert.equal(given.kind, 'unreached');
  assert.match(given.kind === 'unreached' ? given.reason : '', /no server answered for 1\d s: connect/);
  assert.deepEqual(never.failures[0], { reason: unreached.reason, isReached: false, leftMs: 15_000 });
  assert.ok(never.keys.length < 10);

  const wentAway = senderTo([answered, unreached], 60_000);
  await wentAway.sender.deliver(bulk);
  assert.equal((await wentAway.sender.deliver(bulk)).kind, 'rejected');
  assert.equal(wentAway.failures[0]?.leftMs, 60_000);
});

test('a stop ends the waiting, and the bulk is counted as unanswered', async () => {
  const { sender, stop, keys } = senderTo([failed]);
  stop.abort();
  assert.deepEqual(await sender.deliver(bulk), { kind: 'unanswered' });
  assert.equal(keys.length, 0);
});

test('waits grow, are bounded, are spread, and are never shorter than the server asks', () => {
  assert.equal(waitMs(0, undefined, 0), 125);
  assert.equal(waitMs(3, undefined, 1), 2_000);
  assert.equal(waitMs(5_000, undefined, 1), 10_000);
  assert.equal(waitMs(0, 3_000, 1), 3_000);
  assert.equal(waitMs(0, 86_400_000, 1), 60_000);
});
