import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BulkSender, type Failure } from './bulk-sender.ts';
import { UsageClient } from './usage-client.ts';

const bulk = { items: [{ row: 1, item: { agent: 'a', serviceId: 's', requests: 1 } }], bytes: 10 };
type Answer = () => Response;
const result = { index: 0, ok: true, total: 1, status: 'recorded' };
const answered: Answer = () => Response.json({ results: [result] }, { status: 201 });
const failed: Answer = () => Response.json({ error: 'overloaded' }, { status: 503 });
const expired: Answer = () => Response.json({ error: 'idempotency_key_expired' }, { status: 410 });
const unreached: Answer = () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
  });
};

interface Bounds {
  readonly giveUpMs?: number;
  readonly unreachedMs?: number;
  /** Called before each answer, with the number of the answer. */
  readonly onSend?: (number: number) => void;
}

/** A sender to a server that gives these answers and repeats the last one. Only waits move its clock. */
function senderTo(answers: readonly Answer[], bounds: Bounds = {}) {
  const { giveUpMs = 600_000, unreachedMs = 15_000, onSend } = bounds;
  const keys: (string | null)[] = [];
  const waits: number[] = [];
  const failures: Failure[] = [];
  const [stop, cancel] = [new AbortController(), new AbortController()];
  let nowMs = 0;
  let isUnderWay = false;
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number, signal: AbortSignal | undefined) => {
      if (isUnderWay || signal?.aborted === true) return await aborted(signal);
      waits.push(ms);
      nowMs += ms;
    },
  };
  const fetch = async (_input: unknown, init: RequestInit = {}) => {
    isUnderWay = true;
    try {
      keys.push(new Headers(init.headers).get('idempotency-key'));
      await new Promise(setImmediate);
      onSend?.(keys.length);
      init.signal?.throwIfAborted();
      return (answers[keys.length - 1] ?? answers.at(-1) ?? answered)();
    } finally {
      isUnderWay = false;
    }
  };
  // Four random bytes decide how long a wait is: these give the longest waits. Keys take more bytes.
  const random = (bytes: number) =>
    bytes === 4 ? new Uint8Array(4).fill(255) : crypto.getRandomValues(new Uint8Array(bytes));
  const access = { url: 'http://127.0.0.1', apiKey: undefined, tenant: undefined, timeoutMs: 60_000 };
  const sender = new BulkSender({
    client: new UsageClient(access, { fetch, clock, random }),
    signals: { stop: stop.signal, cancel: cancel.signal },
    giveUpMs,
    unreachedMs,
    nowMs: () => nowMs,
    onFailure: (failure) => failures.push(failure),
  });
  return { sender, keys, waits, failures, stop, cancel };
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined || signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

test('a bulk is sent with the same key until it is answered', async () => {
  const { sender, keys, waits } = senderTo([failed, failed, failed, answered]);
  assert.equal((await sender.deliver(bulk)).kind, 'answered');
  assert.equal(new Set(keys).size, 1);
  assert.match(keys[0] ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.deepEqual(waits, [249, 499, 999]);
});

test('every bulk has a different key', async () => {
  const { sender, keys } = senderTo([answered]);
  await sender.deliver(bulk);
  await sender.deliver(bulk);
  assert.equal(new Set(keys).size, 2);
});

test('a key that has expired is replaced once', async () => {
  const once = senderTo([failed, expired, answered]);
  assert.equal((await once.sender.deliver(bulk)).kind, 'answered');
  assert.equal(once.keys[0], once.keys[1]);
  assert.notEqual(once.keys[1], once.keys[2]);
  const { sender, keys } = senderTo([expired]);
  assert.equal((await sender.deliver(bulk)).kind, 'rejected');
  assert.equal(keys.length, 2);
});

test('the sender gives up only when no bulk was answered for long enough', async () => {
  const { sender, waits } = senderTo([failed], { giveUpMs: 60_000 });
  const given = await sender.deliver(bulk);
  assert.equal(given.kind, 'rejected');
  if (given.kind === 'rejected')
    assert.match(given.reason, /the server accepted nothing for 6\d s: 503 overloaded/);
  assert.ok(Math.max(...waits) <= 10_000);

  const often = Array.from({ length: 60 }, (_, index) => (index % 6 === 5 ? answered : failed));
  const slow = senderTo(often, { giveUpMs: 60_000 });
  for (let bulks = 0; bulks < 10; bulks += 1) {
    assert.equal((await slow.sender.deliver(bulk)).kind, 'answered', 'each success starts the time again');
  }
});

test('the sender gives up soon on a server that never answered, but not on one that answered once', async () => {
  const never = senderTo([unreached]);
  const given = await never.sender.deliver(bulk);
  assert.equal(given.kind, 'unreached');
  assert.match(
    given.kind === 'unreached' ? given.reason : '',
    /no server answered for \d\d s: no server listens at/,
  );
  const [first] = never.failures;
  assert.deepEqual([first?.isReached, first?.leftMs], [false, 15_000]);
  assert.ok(never.keys.length < 10);

  const wentAway = senderTo([answered, unreached], { giveUpMs: 60_000 });
  await wentAway.sender.deliver(bulk);
  assert.equal((await wentAway.sender.deliver(bulk)).kind, 'rejected');
  assert.equal(wentAway.failures[0]?.leftMs, 60_000);
});

test('after a stop the sender sends nothing', async () => {
  const { sender, stop, keys } = senderTo([failed]);
  stop.abort();
  assert.deepEqual(await sender.deliver(bulk), { kind: 'unanswered' });
  assert.equal(keys.length, 0);
});

test('a stop lets the attempt on its way finish, and begins no other one', async () => {
  const onSend = () => stop.abort();
  const { sender, stop } = senderTo([answered], { onSend });
  assert.equal((await sender.deliver(bulk)).kind, 'answered');
  const refused = senderTo([failed, answered], { onSend: () => refused.stop.abort() });
  assert.deepEqual(await refused.sender.deliver(bulk), { kind: 'unanswered' });
  assert.deepEqual([refused.keys.length, refused.waits, refused.failures], [1, [], []]);
});

test('a cancellation drops the attempt on its way', async () => {
  const { sender, cancel, keys } = senderTo([answered], { onSend: () => cancel.abort() });
  assert.deepEqual(await sender.deliver(bulk), { kind: 'unanswered' });
  assert.equal(keys.length, 1);
});

test('waits are bounded, and as long as the server asks for up to a minute', async () => {
  const asking = (seconds: string): Answer => {
    return () => new Response('', { status: 503, headers: { 'retry-after': seconds } });
  };
  const { sender, waits } = senderTo([asking('3'), asking('86400'), failed, answered]);
  assert.equal((await sender.deliver(bulk)).kind, 'answered');
  assert.deepEqual(waits, [3_000, 60_000, 999]);
});
