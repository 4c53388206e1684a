import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { uuidV7TimeMs } from '../core/uuid-v7.ts';
import { type FetchClock, systemFetchClock } from './fetch-clock.ts';
import type { FetchPort, IdempotentFetchOptions } from './fetch-options.ts';
import { createIdempotentFetch, idempotencyKeyOf } from './idempotent-fetch.ts';
import { IdempotentFetchError } from './idempotent-fetch-error.ts';
import type { Retry } from './retry.ts';
import { ManualFetch } from './test/manual-fetch.ts';
import { answer, breakOff, reset, type Step, scriptedServer } from './test/scripted-server.ts';
import { wasReplayed } from './was-replayed.ts';

const charge = { method: 'POST', body: '{"amount":"1000"}', headers: { 'content-type': 'application/json' } };

async function start(t: TestContext, steps: readonly Step[], options: IdempotentFetchOptions = {}) {
  const server = await scriptedServer(t, ...steps);
  const manual = new ManualFetch();
  const idempotentFetch = createIdempotentFetch({ fetch: manual.fetch, clock: manual, ...options });
  return { ...server, manual, idempotentFetch };
}

test('a request whose connection is reset is sent again with the same key and the same bytes', async (t) => {
  const { url, seen, manual, idempotentFetch } = await start(t, [reset, reset, answer(201, 'made')]);
  const response = await idempotentFetch(url, charge);
  assert.equal(response.status, 201);
  assert.equal(await response.text(), 'made');
  assert.equal(seen.length, 3);
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
  assert.equal(uuidV7TimeMs(seen[0]?.key ?? ''), Date.UTC(2026, 0, 1));
  assert.equal(idempotencyKeyOf(response), seen[0]?.key);
  assert.deepEqual(new Set(seen.map(({ body }) => body.toString())), new Set([charge.body]));
  assert.equal(manual.waitsMs.length, 2);
});

test('each call is a separate operation', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [answer(201)]);
  await idempotentFetch(url, charge);
  await idempotentFetch(url, charge);
  assert.notEqual(seen[0]?.key, seen[1]?.key);
});

for (const status of [408, 425, 429, 500, 502, 503, 504, 507, 520]) {
  test(`a ${status} is sent again`, async (t) => {
    const { url, seen, idempotentFetch } = await start(t, [answer(status), answer(201)]);
    assert.equal((await idempotentFetch(url, charge)).status, 201);
    assert.equal(seen.length, 2);
    assert.equal(seen[1]?.key, seen[0]?.key);
  });
}

for (const status of [200, 204, 304, 400, 401, 404, 409, 410, 412, 422, 501, 505]) {
  test(`a ${status} is returned`, async (t) => {
    const { url, seen, idempotentFetch } = await start(t, [answer(status)]);
    assert.equal((await idempotentFetch(url, charge)).status, status);
    assert.equal(seen.length, 1);
  });
}

test('a wait is at least as long as Retry-After, in seconds or as a date', async (t) => {
  const date = new Date(Date.UTC(2026, 0, 1, 0, 1)).toUTCString();
  const sentAt = new Date(Date.UTC(2026, 0, 1)).toUTCString();
  const steps = [
    answer(503, '', { 'retry-after': '30' }),
    answer(429, '', { 'retry-after': date, date: sentAt }),
    answer(201),
  ];
  const { url, manual, idempotentFetch } = await start(t, steps);
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  assert.deepEqual(manual.waitsMs, [30_000, 60_000]);
});

test('a Retry-After asks for no longer wait than maxRetryAfterMs', async (t) => {
  const steps = [answer(503, '', { 'retry-after': '3600' }), answer(201)];
  const { url, manual, idempotentFetch } = await start(t, steps, { maxRetryAfterMs: 5_000 });
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  assert.deepEqual(manual.waitsMs, [5_000]);
});

test('onRetry is called before each wait, with the answer or the error and the wait', async (t) => {
  const retries: Retry[] = [];
  const steps = [answer(503, 'busy', { 'retry-after': '3' }), reset, answer(201, 'made')];
  const options = { onRetry: (retry: Retry) => retries.push(retry) };
  const { url, seen, manual, idempotentFetch } = await start(t, steps, options);
  assert.equal(await (await idempotentFetch(url, charge)).text(), 'made');
  assert.deepEqual(
    retries.map(({ attempts, waitMs, idempotencyKey }) => [attempts, waitMs, idempotencyKey]),
    manual.waitsMs.map((waitMs, index) => [index + 1, waitMs, seen[0]?.key]),
  );
  const [refused, failed] = retries;
  assert.deepEqual([refused?.answer?.status, refused?.answer?.headers.get('retry-after')], [503, '3']);
  assert.equal(new TextDecoder().decode(refused?.answer?.body), 'busy');
  assert.equal(refused?.error, undefined);
  assert.equal(failed?.answer, undefined);
  assert.ok(failed?.error instanceof TypeError);
});

test('onRetry is not called when nothing is sent again', async (t) => {
  const retries: Retry[] = [];
  const options = { attemptsMax: 2, onRetry: (retry: Retry) => retries.push(retry) };
  const { url, idempotentFetch } = await start(t, [answer(503, 'first'), answer(503, 'last')], options);
  assert.equal(await (await idempotentFetch(url, charge)).text(), 'last');
  assert.equal(retries.length, 1);
});

test('an error that onRetry throws ends the call', async (t) => {
  const enough = new Error('enough');
  const onRetry = () => {
    throw enough;
  };
  const { url, seen, idempotentFetch } = await start(t, [answer(503)], { onRetry });
  await assert.rejects(idempotentFetch(url, charge), enough);
  assert.equal(seen.length, 1);
});

test('an attempt without an answer in time is given up, and sent again', async (t) => {
  const hang: Step = () => manual.advance(30_000);
  const { url, seen, manual, idempotentFetch } = await start(t, [hang, answer(201)]);
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  assert.equal(seen[1]?.key, seen[0]?.key);
});

test('a request whose answer breaks off in its body is retried', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [breakOff, answer(201, 'the whole')]);
  const response = await idempotentFetch(url, charge);
  assert.equal(await response.text(), 'the whole');
  assert.equal(seen.length, 2);
  assert.equal(seen[1]?.key, seen[0]?.key);
});

test('an answer that stalls in its body is given up in time', async (t) => {
  const stop: Step = (_request, response) => {
    response.writeHead(201, { 'content-length': '1000' });
    response.write('the first part');
  };
  const { url, seen, manual } = await start(t, [stop, answer(201, 'the whole')]);
  const fetchThenWait: typeof manual.fetch = async (input, init) => {
    const response = await manual.fetch(input, init);
    setImmediate(() => manual.advance(30_000));
    return response;
  };
  const idempotentFetch = createIdempotentFetch({ fetch: fetchThenWait, clock: manual });
  assert.equal(await (await idempotentFetch(url, charge)).text(), 'the whole');
  assert.equal(seen.length, 2);
});

test('a GET is retried in the same cases, without a key', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [reset, answer(503), answer(200, 'read')]);
  const response = await idempotentFetch(url);
  assert.equal(await response.text(), 'read');
  assert.deepEqual(
    seen.map(({ key }) => key),
    [undefined, undefined, undefined],
  );
  assert.equal(idempotencyKeyOf(response), undefined);
});

test('when attempts run out, the last answer is returned and can be read', async (t) => {
  const steps = [answer(500, 'first'), answer(503, 'second'), reset];
  const { url, seen, idempotentFetch } = await start(t, steps, { attemptsMax: 3 });
  const response = await idempotentFetch(url, charge);
  assert.equal(response.status, 503);
  assert.equal(await response.text(), 'second');
  assert.equal(idempotencyKeyOf(response), seen[0]?.key);
  assert.equal(seen.length, 3);
});

test('when attempts run out without an answer, the error has the key to continue with', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [reset], { attemptsMax: 4 });
  await assert.rejects(idempotentFetch(url, charge), (error) => {
    assert.ok(error instanceof IdempotentFetchError);
    assert.equal(error.code, 'attempts_exhausted');
    assert.equal(error.attempts, 4);
    assert.equal(error.idempotencyKey, seen[0]?.key);
    assert.ok(error.cause instanceof TypeError);
    return true;
  });
  assert.equal(seen.length, 4);
});

test('an attempt ends at the deadline of its call', async (t) => {
  const hang: Step = () => manual.advance(10_000);
  const { url, seen, manual, idempotentFetch } = await start(t, [hang]);
  await assert.rejects(idempotentFetch(url, { ...charge, deadlineMs: 10_000 }), {
    code: 'deadline_exceeded',
    attempts: 1,
  });
  assert.equal(seen.length, 1);
});

test('a wait beyond the deadline does not begin', async (t) => {
  const steps = [answer(503, 'come back', { 'retry-after': '120' })];
  const { url, seen, manual, idempotentFetch } = await start(t, steps);
  const response = await idempotentFetch(url, charge);
  assert.equal(await response.text(), 'come back');
  assert.equal(seen.length, 1);
  assert.deepEqual(manual.waitsMs, []);
});

test('a signal that the caller aborts stops an attempt immediately', async (t) => {
  const abort = new AbortController();
  const reason = new Error('the user left');
  // Not even the failure of the last attempt is reported in its place.
  const steps = [() => abort.abort(reason)];
  const { url, seen, idempotentFetch } = await start(t, steps, { attemptsMax: 1 });
  await assert.rejects(idempotentFetch(url, { ...charge, signal: abort.signal }), reason);
  assert.equal(seen.length, 1);
});

test('a signal that the caller aborts stops a wait immediately', async (t) => {
  const abort = new AbortController();
  const reason = new Error('the user left');
  const { url, seen } = await scriptedServer(t, answer(503, '', { 'retry-after': '3600' }));
  const clock: FetchClock = {
    ...systemFetchClock,
    sleep(delayMs, signal) {
      const slept = systemFetchClock.sleep(delayMs, signal);
      if (delayMs === 3_600_000) abort.abort(reason);
      return slept;
    },
  };
  let attempts = 0;
  const fetch: FetchPort = (input, init) => {
    attempts++;
    return globalThis.fetch(input, init);
  };
  const idempotentFetch = createIdempotentFetch({ clock, fetch });
  const init = { ...charge, deadlineMs: 24 * 3_600_000, signal: abort.signal };
  await assert.rejects(idempotentFetch(url, init), reason);
  assert.equal(attempts, 1);
  assert.equal(seen.length, 1);
});

test('nothing is sent with an already aborted signal, even if it belongs to a Request', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [answer(201)]);
  const signal = AbortSignal.abort(new Error('too late'));
  await assert.rejects(idempotentFetch(url, { ...charge, signal }), { message: 'too late' });
  await assert.rejects(idempotentFetch(new Request(url, { ...charge, signal })), { message: 'too late' });
  assert.equal(seen.length, 0);
});

test('an answer that is not returned is cancelled, with its connection', async (t) => {
  const closed = Promise.withResolvers<void>();
  const endless: Step = (_request, response) => {
    response.on('close', closed.resolve);
    response.writeHead(503).write('x'.repeat(10_000_000));
  };
  const { url, idempotentFetch } = await start(t, [endless, answer(201)]);
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  await closed.promise;
});

test('an answer longer than the read-ahead is streamed, and is complete', async (t) => {
  const long = 'x'.repeat(300_000);
  const { url, idempotentFetch } = await start(t, [answer(201, long)], { answerBytesMax: 1000 });
  assert.equal(await (await idempotentFetch(url, charge)).text(), long);
});

test('an event stream, and an answer with a read-ahead of 0, are returned while they last', async (t) => {
  const events: Step = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write('data: first\n\n');
  };
  const handedOver = Promise.withResolvers<void>();
  const trickle: Step = async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
    await handedOver.promise;
    response.write('{}\n');
  };
  const { url, idempotentFetch } = await start(t, [events, trickle]);
  const first = await (await idempotentFetch(url, charge)).body?.getReader().read();
  assert.equal(new TextDecoder().decode(first?.value), 'data: first\n\n');
  const trickling = await idempotentFetch(url, { ...charge, answerBytesMax: 0 });
  handedOver.resolve();
  const second = await trickling.body?.getReader().read();
  assert.equal(new TextDecoder().decode(second?.value), '{}\n');
});

test('a replay is marked, by either header', async (t) => {
  const steps = [
    answer(201, '', { 'idempotency-replayed': 'true' }),
    answer(201, '', { 'idempotent-replayed': 'true' }),
    answer(201, '', { 'idempotency-replayed': 'false' }),
  ];
  const { url, idempotentFetch } = await start(t, steps);
  assert.equal(wasReplayed(await idempotentFetch(url, charge)), true);
  assert.equal(wasReplayed(await idempotentFetch(url, charge)), true);
  assert.equal(wasReplayed(await idempotentFetch(url, charge)), false);
});
