import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { CaptureError, createBillonce, type UsageItem } from '@billonce/client';
import { systemFetchClock, systemRandomSource } from '@billonce/idempotency/client';
import { withHold } from '../src/holds/with-hold.ts';
import { allOf } from './harness/all-of.ts';
import { listening } from './harness/listening.ts';
import { TestServer } from './harness/server.ts';
import { until } from './harness/until.ts';

const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
await billonce.services.put({ serviceId: 'search', priceStroops: 10_000_000 });

/** Makes a prepaid agent with this many XLM. A request costs one. */
async function prepaid(agent: string, amount: string): Promise<string> {
  await billonce.balances.setBilling(agent, { mode: 'prepaid' });
  await billonce.balances.grant(agent, { amount, id: `grant-${agent}` });
  return agent;
}

async function available(agent: string): Promise<number> {
  return Number((await billonce.balances.get(agent)).available);
}

/** A proxy of the real server that drops the answers to some requests, or the requests themselves. */
async function losing(
  t: TestContext,
  isLost: (path: string, seen: number) => boolean,
  isDropped: (path: string) => boolean = () => false,
) {
  let seen = 0;
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const headers = new Headers({ 'content-type': 'application/json' });
    const key = request.headers['idempotency-key'];
    if (typeof key === 'string') headers.set('idempotency-key', key);
    const init = { method: request.method ?? 'GET', headers, ...(body === '' ? {} : { body }) };
    if (isDropped(request.url ?? '')) {
      response.destroy();
      return;
    }
    const answer = await fetch(server.url + request.url, init);
    const answered = await answer.text();
    seen += 1;
    if (isLost(request.url ?? '', seen)) response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
  };
  const thief = createServer((request, response) => {
    passOn(request, response).catch(() => response.destroy());
  });
  return createBillonce({ url: await listening(t, thief), attemptsMax: 3, baseDelayMs: 1, maxDelayMs: 10 });
}

test('work is captured for the units that it used, and released if it fails or used none', async () => {
  const agent = await prepaid('worker', '10');
  const hold = { agent, serviceId: 'search', requests: 5 };
  const held: number[] = [];
  const answer = await billonce.withHold(hold, async () => {
    held.push(await available(agent));
    return { requests: 2, result: 'found' };
  });
  assert.deepEqual([answer, held, await available(agent)], ['found', [5], 8]);
  await assert.rejects(
    billonce.withHold(hold, () => Promise.reject(new Error('no luck'))),
    { message: 'no luck' },
  );
  assert.equal(await billonce.withHold(hold, async () => ({ requests: 0, result: 'cached' })), 'cached');
  assert.equal(await available(agent), 8);
  const holds = await allOf(billonce.holds.list({ agent }));
  assert.deepEqual(
    holds.map(({ state }) => state),
    ['captured', 'released', 'released'],
  );
});

test('without enough money the work does not begin', async () => {
  const agent = await prepaid('poor', '1');
  const work = billonce.withHold({ agent, serviceId: 'search', requests: 2 }, () => assert.fail('it began'));
  await assert.rejects(work, { code: 'insufficient_balance', status: 402 });
  assert.equal(await available(agent), 1);
});

test('a hold is extended as long as its work runs', async () => {
  const agent = await prepaid('slow', '3');
  const hold = { agent, serviceId: 'search', requests: 2, expiresInMs: 1_000 };
  await billonce.withHold(hold, async ({ id, expiresAt }) => {
    await until(async () => (await billonce.holds.get(id)).expiresAt > expiresAt);
    return { requests: 1, result: undefined };
  });
  const [kept] = await allOf(billonce.holds.list({ agent }));
  assert.deepEqual([kept?.state, kept?.lapsed, await available(agent)], ['captured', false, 2]);
});

test('work with an id is charged once: an open hold is reused, and a captured one is refused', async () => {
  const agent = await prepaid('crashed', '10');
  const hold = { agent, serviceId: 'search', requests: 3, id: 'job-1' };
  await billonce.holds.create(hold);
  const work = async () => ({ requests: 2, result: 'done' });
  assert.equal(await billonce.withHold(hold, work), 'done');
  await assert.rejects(billonce.withHold(hold, work), { code: 'hold_ended' });
  assert.equal(await available(agent), 8);
  const failing = { ...hold, id: 'job-2' };
  await assert.rejects(billonce.withHold(failing, () => Promise.reject(new Error('once'))));
  assert.equal(await billonce.withHold(failing, work), 'done');
  assert.equal(await available(agent), 6);
});

test('a capture whose answer is lost is captured once, and one without any answer goes to the recorder', async (t) => {
  const agent = await prepaid('lossy', '10');
  const hold = { agent, serviceId: 'search', requests: 3 };
  const work = async () => ({ requests: 2, result: 'done' });
  const once = await losing(t, (path, seen) => path.endsWith('/capture') && seen === 2);
  assert.equal(await once.withHold(hold, work), 'done');
  assert.equal(await available(agent), 8);

  const never = await losing(t, (path) => path.endsWith('/capture'));
  const items: UsageItem[] = [];
  const recorder = { add: (item: UsageItem) => `item ${items.push(item)}` };
  assert.equal(await never.withHold(hold, work, { recorder }), 'done');
  assert.equal(items.length, 1);
  // The server had captured it: the recorder sends the same usage, which is not billed again.
  const { results } = await billonce.usage.recordBulk(items);
  assert.equal(results[0]?.ok && results[0].status, 'duplicate');
  assert.equal(await available(agent), 6);
  await assert.rejects(never.withHold(hold, work), (error) => {
    assert.ok(error instanceof CaptureError);
    assert.deepEqual([error.capturedRequests, error.requests, error.result], [undefined, 2, 'done']);
    return true;
  });
});

test('work that used more than the balance is billed for the units that were held', async () => {
  const agent = await prepaid('greedy', '3');
  const work = billonce.withHold({ agent, serviceId: 'search', requests: 2 }, async () => ({
    ...{ requests: 9, result: 'much' },
  }));
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof CaptureError);
    assert.deepEqual([error.capturedRequests, error.requests, error.result], [2, 9, 'much']);
    return true;
  });
  assert.equal(await available(agent), 1);
});

test('work that used more than the held amount is billed for the units that this amount pays for', async () => {
  const agent = await prepaid('sized', '3');
  const work = billonce.withHold({ agent, serviceId: 'search', amount: '2.5' }, async () => ({
    ...{ requests: 9, result: 'much' },
  }));
  await assert.rejects(work, { code: 'capture_failed', capturedRequests: 2 });
  assert.equal(await available(agent), 1);
});

test('a capture that never arrives goes to the recorder, and the held money is released for it', async (t) => {
  const agent = await prepaid('cut-off', '3');
  const hold = { agent, serviceId: 'search', requests: 3 };
  const work = async () => ({ requests: 3, result: 'done' });
  const cut = await losing(
    t,
    () => false,
    (path) => path.endsWith('/capture'),
  );
  const items: UsageItem[] = [];
  const recorder = { add: (item: UsageItem) => `item ${items.push(item)}` };
  assert.equal(await cut.withHold(hold, work, { recorder }), 'done');
  const { results } = await billonce.usage.recordBulk(items);
  assert.equal(results[0]?.ok && results[0].status, 'recorded');
  assert.equal(await available(agent), 0);
});

test('the result of work is not lost when the program has no API key at the end', async () => {
  const agent = await prepaid('locked-out', '9');
  const closed = async () => assert.fail('the vault is closed');
  const surroundings = {
    holds: { ...billonce.holds, capture: closed, release: closed },
    ...{ usage: billonce.usage, clock: systemFetchClock, random: systemRandomSource },
  };
  const hold = { agent, serviceId: 'search', requests: 3 };
  const took = (requests: number) => async () => ({ requests, result: 'done' });
  await assert.rejects(withHold(surroundings, hold, took(2), {}), (error) => {
    assert.ok(error instanceof CaptureError && error.cause instanceof Error);
    assert.deepEqual([error.result, error.cause.message], ['done', 'the vault is closed']);
    return true;
  });
  const items: UsageItem[] = [];
  const recorder = { add: (item: UsageItem) => `item ${items.push(item)}` };
  assert.equal(await withHold(surroundings, hold, took(2), { recorder }), 'done');
  assert.equal(items.length, 1);
  assert.equal(await withHold(surroundings, { ...hold, requests: 1 }, took(0), {}), 'done');
  const failing = withHold(
    surroundings,
    { ...hold, requests: 1 },
    () => Promise.reject(new Error('no luck')),
    {},
  );
  await assert.rejects(failing, { message: 'no luck' });
});

test('if the recorder is closed, the error has the result of the work', async (t) => {
  const agent = await prepaid('closed', '3');
  const cut = await losing(t, (path) => path.endsWith('/capture'));
  const recorder = billonce.recorder({ onRefused: () => assert.fail('refused') });
  await recorder.close();
  const work = cut.withHold(
    { agent, serviceId: 'search', requests: 1 },
    async () => ({ requests: 1, result: 'done' }),
    { recorder },
  );
  await assert.rejects(work, { code: 'capture_failed', capturedRequests: undefined, result: 'done' });
});

test('a lapsed hold is not reused for new work, and the work of both calls is billed once', async () => {
  const agent = await prepaid('late', '10');
  const hold = { agent, serviceId: 'search', requests: 3, id: 'late-1' };
  await billonce.holds.create({ ...hold, expiresInMs: 1 });
  await until(async () => (await billonce.holds.get('late-1')).state === 'lapsed');
  const seen: string[] = [];
  await billonce.withHold(hold, async ({ id }) => {
    seen.push(id, String(await available(agent)));
    return { requests: 2, result: 'done' };
  });
  assert.deepEqual(seen, ['late-1~2', '7']);
  // The process whose hold lapsed continues.
  const late = billonce.holds.capture('late-1', { requests: 2, id: 'late-1' });
  await assert.rejects(late, { code: 'usage_id_conflict' });
  await assert.rejects(
    billonce.withHold(hold, () => assert.fail('it began')),
    { code: 'hold_ended' },
  );
  assert.equal(await available(agent), 8);
});

test('an open hold that is about to lapse is extended to its full time when it is reused', async () => {
  const agent = await prepaid('again', '10');
  const hold = { agent, serviceId: 'search', requests: 3, id: 'again-1', expiresInMs: 30_000 };
  const made = await billonce.holds.create(hold);
  await until(() => Date.now() > Date.parse(made.createdAt) + 20);
  await billonce.withHold({ ...hold, expiresInMs: 60_000 }, async ({ id }) => {
    assert.equal(id, 'again-1');
    const { expiresAt } = await billonce.holds.get(id);
    assert.ok(Date.parse(expiresAt) > Date.parse(made.expiresAt) + 20_000);
    return { requests: 1, result: undefined };
  });
});

test('two processes that do the same work are billed once, even if one of them fails and releases', async () => {
  const agent = await prepaid('twins', '10');
  const hold = { agent, serviceId: 'search', requests: 3, id: 'twins-1' };
  const both = Promise.withResolvers<void>();
  const slow = billonce.withHold(hold, async () => {
    await both.promise;
    return { requests: 2, result: 'slow' };
  });
  await until(async () => (await allOf(billonce.holds.list({ agent }))).length === 1);
  await assert.rejects(
    billonce.withHold(hold, () => Promise.reject(new Error('no luck'))),
    { message: 'no luck' },
  );
  both.resolve();
  assert.equal(await slow, 'slow');
  assert.equal(await available(agent), 8);
  await assert.rejects(
    billonce.withHold(hold, async () => ({ requests: 3, result: 'again' })),
    (error) => error instanceof CaptureError && error.cause instanceof Error && error.result === 'again',
  );
  assert.equal(await available(agent), 8);
});

test('a call that is aborted before the work leaves nothing reserved', async (t) => {
  const agent = await prepaid('aborting', '3');
  const hold = { agent, serviceId: 'search', requests: 2 };
  const abort = new AbortController();
  const aborting = await losing(t, (path) => {
    if (path.endsWith('/holds')) abort.abort(new Error('enough'));
    return path.endsWith('/holds');
  });
  const work = aborting.withHold(hold, () => assert.fail('it began'), { signal: abort.signal });
  await assert.rejects(work, { message: 'enough' });
  assert.equal(await available(agent), 3);
});

test('a hold whose answer is lost is released, even if the later attempts are refused with 429', async (t) => {
  const agent = await prepaid('limited', '3');
  let holds = 0;
  const limited = createServer((request, response) => {
    const passOn = async () => {
      const isHold = request.url?.endsWith('/holds') === true;
      if (isHold && ++holds > 1) {
        const refusal = { error: 'rate_limited', message: 'too many', requestId: 'r' };
        return response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
      }
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': `limited-${holds}-${request.url}`,
      };
      const body = await text(request);
      const init = { method: 'POST', headers, ...(body === '' ? {} : { body }) };
      const answer = await fetch(server.url + request.url, init);
      const answered = await answer.text();
      if (isHold) return response.destroy();
      return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
    };
    passOn().catch(() => response.destroy());
  });
  const url = await listening(t, limited);
  const client = createBillonce({ url, attemptsMax: 3, baseDelayMs: 1, maxDelayMs: 10 });
  const work = client.withHold({ agent, serviceId: 'search', requests: 2 }, () => assert.fail('it began'));
  await assert.rejects(work, { code: 'rate_limited' });
  assert.equal(await available(agent), 3);
});

test('a hold whose answer is lost is released', async (t) => {
  const agent = await prepaid('unheard', '3');
  const deaf = await losing(t, (path) => path.endsWith('/holds'));
  const work = deaf.withHold({ agent, serviceId: 'search', requests: 2 }, () => assert.fail('it began'));
  await assert.rejects(work, { code: 'attempts_exhausted' });
  assert.equal(await available(agent), 3);
});
