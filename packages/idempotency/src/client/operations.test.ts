import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../core/digest.ts';
import type { IdempotentFetchOptions } from './fetch-options.ts';
import { fileJournal } from './file-journal.ts';
import { createIdempotentFetch, idempotencyKeyOf } from './idempotent-fetch.ts';
import type { PendingOperation } from './journal.ts';
import { ManualFetch } from './test/manual-fetch.ts';
import { answer, reset, type Step, scriptedServer } from './test/scripted-server.ts';

const charge = { method: 'POST', body: '{"amount":"1000"}', operation: 'order 1' };

async function start(t: TestContext, steps: readonly Step[], options: IdempotentFetchOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  const journal = fileJournal({ path: join(directory, 'journal') });
  t.after(async () => {
    await journal.close();
    rmSync(directory, { recursive: true });
  });
  const server = await scriptedServer(t, ...steps);
  const manual = new ManualFetch();
  const all = {
    fetch: manual.fetch,
    clock: manual,
    journal,
    operationsEnd: 'on_answer',
    ...options,
  } as const;
  const pendingNames = async () => (await journal.pending()).map(({ operation }) => operation);
  return { ...server, journal, pendingNames, manual, idempotentFetch: createIdempotentFetch(all) };
}

test('the key is in the journal before the first request, and removed after the answer', async (t) => {
  const found: PendingOperation[] = [];
  const look: Step = async (_request, response) => {
    found.push(...(await journal.pending()));
    response.writeHead(201).end();
  };
  const { url, seen, journal, manual, idempotentFetch } = await start(t, [look]);
  const response = await idempotentFetch(`${url}/charges?a=1`, charge);
  assert.equal(response.status, 201);
  assert.deepEqual(found, [
    {
      operation: 'order 1',
      key: seen[0]?.key,
      method: 'POST',
      url: `${url}/charges?a=1`,
      bodyDigest: sha256(charge.body),
      begunAtMs: manual.nowMs(),
    },
  ]);
  assert.deepEqual(await journal.pending(), []);
});

test('an operation that was given up continues with its key in the next call', async (t) => {
  const steps = [reset, answer(503), answer(201)];
  const { url, seen, pendingNames, idempotentFetch } = await start(t, steps, { attemptsMax: 1 });
  await assert.rejects(idempotentFetch(url, charge), { code: 'attempts_exhausted' });
  assert.equal((await idempotentFetch(url, charge)).status, 503);
  assert.deepEqual(await pendingNames(), ['order 1']);
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  assert.deepEqual(await pendingNames(), []);
  assert.equal(seen.length, 3);
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
});

test('an operation that the caller aborts continues with its key in the next call', async (t) => {
  const abort = new AbortController();
  const { url, seen, idempotentFetch } = await start(t, [() => abort.abort(), answer(201)]);
  await assert.rejects(idempotentFetch(url, { ...charge, signal: abort.signal }), { name: 'AbortError' });
  await idempotentFetch(url, charge);
  assert.equal(seen.length, 2);
  assert.equal(seen[1]?.key, seen[0]?.key);
});

test('an operation whose body cannot be read to its end does not begin', async (t) => {
  const { url, seen, pendingNames, idempotentFetch } = await start(t, [answer(201)]);
  const abort = new AbortController();
  const body = new ReadableStream({ pull: () => abort.abort(new Error('the user left')) });
  const call = idempotentFetch(url, { ...charge, body, signal: abort.signal });
  await assert.rejects(call, { message: 'the user left' });
  assert.deepEqual(await pendingNames(), []);
  assert.equal(seen.length, 0);
});

test('an operation with a method, URL, body or key other than in its first call is never sent', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [answer(503)], { attemptsMax: 1 });
  await idempotentFetch(url, charge);
  const wrong = { code: 'operation_mismatch', attempts: 0, idempotencyKey: seen[0]?.key };
  await assert.rejects(idempotentFetch(url, { ...charge, body: '{"amount":"2000"}' }), wrong);
  await assert.rejects(idempotentFetch(`${url}/other`, charge), wrong);
  await assert.rejects(idempotentFetch(url, { ...charge, method: 'PUT' }), wrong);
  await assert.rejects(idempotentFetch(url, { ...charge, idempotencyKey: 'mine' }), wrong);
  assert.equal(seen.length, 1);
  await idempotentFetch(url, { ...charge, idempotencyKey: seen[0]?.key ?? '' });
  assert.equal(seen.length, 2);
});

test('a form is continued as the same request', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [reset, answer(201)], { attemptsMax: 1 });
  const form = () => {
    const made = new FormData();
    made.append('amount', '1000');
    return made;
  };
  await assert.rejects(idempotentFetch(url, { ...charge, body: form() }), { code: 'attempts_exhausted' });
  await idempotentFetch(url, { ...charge, body: form() });
  assert.deepEqual(seen[1]?.body, seen[0]?.body);
  assert.equal(seen[1]?.key, seen[0]?.key);
});

test('a refusal ends an operation, so a fixed request is a new one', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [answer(422), answer(201)]);
  assert.equal((await idempotentFetch(url, charge)).status, 422);
  assert.equal((await idempotentFetch(url, { ...charge, body: '{}' })).status, 201);
  assert.notEqual(seen[1]?.key, seen[0]?.key);
});

test('after a request that may have taken effect, a refusal of the caller keeps the same key', async (t) => {
  const steps = [reset, answer(401), answer(403), answer(201)];
  const { url, seen, pendingNames, idempotentFetch } = await start(t, steps);
  assert.equal((await idempotentFetch(url, charge)).status, 401);
  assert.equal((await idempotentFetch(url, charge)).status, 403);
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
  assert.deepEqual(await pendingNames(), []);
});

test('a caller refused at the first request starts with a new key', async (t) => {
  const { url, seen, pendingNames, idempotentFetch } = await start(t, [answer(401), answer(201)]);
  assert.equal((await idempotentFetch(url, charge)).status, 401);
  assert.deepEqual(await pendingNames(), []);
  await idempotentFetch(url, charge);
  assert.notEqual(seen[1]?.key, seen[0]?.key);
});

test('an operation keeps its key until the caller ends it, unless an option says otherwise', async (t) => {
  const { url, seen, journal } = await start(t, [answer(201)]);
  const manual = new ManualFetch();
  const idempotentFetch = createIdempotentFetch({ fetch: manual.fetch, clock: manual, journal });
  const first = await idempotentFetch(url, charge);
  const second = await idempotentFetch(url, charge);
  assert.equal(idempotencyKeyOf(second), idempotencyKeyOf(first));
  await journal.end('order 1', idempotencyKeyOf(first) ?? '');
  await idempotentFetch(url, charge);
  assert.equal(seen[1]?.key, seen[0]?.key);
  assert.notEqual(seen[2]?.key, seen[0]?.key);
});

test('two calls of the same operation at the same time have one key', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, [answer(201)]);
  await Promise.all([idempotentFetch(url, charge), idempotentFetch(url, charge)]);
  assert.equal(seen.length, 2);
  assert.equal(seen[1]?.key, seen[0]?.key);
});

test('if the journal cannot be written, nothing is sent; an answer that arrived is returned', async (t) => {
  const closing: Step = async (_request, response) => {
    await journal.close();
    response.writeHead(201).end();
  };
  const { url, seen, journal, idempotentFetch } = await start(t, [closing]);
  assert.equal((await idempotentFetch(url, charge)).status, 201);
  await assert.rejects(idempotentFetch(url, { ...charge, operation: 'order 2' }), {
    code: 'journal_failed',
    attempts: 0,
  });
  assert.equal(seen.length, 1);
});
