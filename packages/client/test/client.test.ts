import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { answerOf, BillonceError, createBillonce } from '@billonce/client';
import { allOf } from './harness/all-of.ts';
import { listening } from './harness/listening.ts';
import { TestServer } from './harness/server.ts';

const service = { serviceId: 'search', priceStroops: 250, description: 'Searches', owner: 'acme' };

const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
await billonce.services.put(service);

async function failureOf(call: Promise<unknown>): Promise<BillonceError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof BillonceError) return error;
    throw error;
  }
  return assert.fail('the call succeeded');
}

test('usage is recorded, quoted, settled and listed', async () => {
  const account = { agent: 'agent-1', serviceId: 'search' };
  const recorded = await billonce.usage.record({ ...account, requests: 3 });
  assert.deepEqual(recorded, { ...account, total: 3 });
  const { results } = await billonce.usage.recordBulk([
    { ...account, requests: 4, id: 'one' },
    { ...account, requests: 4, id: 'one' },
  ]);
  assert.deepEqual(
    results.map((result) => result.ok && result.status),
    ['recorded', 'duplicate'],
  );
  assert.equal((await billonce.usage.total(account)).total, 7);
  const quote = await billonce.billing.quote(account);
  assert.equal(quote.billedStroops, '1750');
  const settled = await billonce.settle({
    ...account,
    through: quote.through,
    expectedStroops: quote.billedStroops,
  });
  const bill = await billonce.settlements.get(settled.settlementId ?? '');
  assert.equal(bill.billedStroops, '1750');
  const entries = await allOf(billonce.settlements.entries(bill.id));
  assert.deepEqual(
    entries.map(({ requests }) => requests),
    [3, 4],
  );
  const reversed = await billonce.entries.reverse(entries[0]?.id ?? '', 'a mistake');
  assert.equal(reversed.requests, -3);
  assert.equal((await billonce.call('readAudit', {})).ok, true);
});

test('a list is read page by page, and ends', async () => {
  const account = { agent: 'agent-2', serviceId: 'search' };
  const bills: (string | null)[] = [];
  for (let bill = 0; bill < 5; bill += 1) {
    await billonce.usage.record({ ...account, requests: 1 });
    bills.push((await billonce.settle(account)).settlementId);
  }
  const listed: string[] = [];
  for await (const { id } of billonce.settlements.list({ agent: 'agent-2', limit: 2 })) listed.push(id);
  assert.deepEqual(listed, bills);
  assert.deepEqual(await allOf(billonce.services.list({ prefix: 'no such' })), []);
  const services = await allOf(billonce.services.list());
  assert.deepEqual(
    services.map(({ serviceId }) => serviceId),
    ['search'],
  );
  assert.ok((await allOf(billonce.agents.list())).includes('agent-2'));
  assert.ok((await allOf(billonce.events.list())).length > 5);
});

test('a second call with the same key is a replay, and the key can be looked up', async () => {
  const usage = { agent: 'agent-3', serviceId: 'search', requests: 2 };
  const first = await billonce.usage.record(usage, { idempotencyKey: 'order-1' });
  const second = await billonce.usage.record(usage, { idempotencyKey: 'order-1' });
  assert.deepEqual(second, first);
  assert.equal(answerOf(first)?.isReplay, false);
  assert.equal(answerOf(second)?.isReplay, true);
  assert.equal(answerOf(second)?.idempotencyKey, 'order-1');
  assert.equal(answerOf({ ...second }), undefined);
  const state = await billonce.idempotency.lookup('order-1');
  assert.equal(state?.status, 201);
  assert.deepEqual([state?.retries.replayed, state?.retries.last[0]?.outcome], [1, 'replayed']);
  assert.equal(await billonce.idempotency.lookup('order-2'), undefined);
  const conflict = await failureOf(
    billonce.usage.record({ ...usage, requests: 5 }, { idempotencyKey: 'order-1' }),
  );
  assert.deepEqual(
    [conflict.code, conflict.status, conflict.retry],
    ['idempotency_conflict', 409, 'after_fixing'],
  );
  assert.match(conflict.requestId ?? '', /^[\w-]{36}$/);
  assert.equal((await billonce.usage.total(usage)).total, 2);
});

test('a quote that has changed is not billed, and the error has the new one', async () => {
  const account = { agent: 'agent-4', serviceId: 'search' };
  await billonce.usage.record({ ...account, requests: 2 });
  const quote = await billonce.billing.quote(account);
  const { etag } = answerOf(quote) ?? {};
  await billonce.usage.record({ ...account, requests: 1 });
  const changed = await failureOf(billonce.settle(account, { ifMatch: etag ?? '' }));
  assert.equal(changed.code, 'quote_changed');
  assert.deepEqual(changed.body?.['quote'], await billonce.billing.quote(account));
  const renewed = answerOf(await billonce.billing.quote(account))?.etag;
  assert.equal((await billonce.settle(account, { ifMatch: renewed ?? '' })).requests, 3);
});

test('errors have a code, a place and a request id; an atomic bulk with one applies nothing', async () => {
  const invalid = await failureOf(
    billonce.usage.record({ agent: 'agent-5', serviceId: 'search', requests: 0 }),
  );
  assert.equal(invalid.code, 'invalid_request');
  assert.equal(invalid.body?.faults?.[0]?.pointer, '/requests');
  const items = [1, 0].map((requests) => ({ agent: 'agent-5', serviceId: 'search', requests }));
  const rejected = await failureOf(billonce.usage.recordBulk(items, { mode: 'atomic' }));
  assert.equal(rejected.code, 'bulk_rejected');
  assert.equal((await billonce.usage.total({ agent: 'agent-5', serviceId: 'search' })).total, 0);
  const unknown = await failureOf(billonce.billing.quote({ agent: 'agent-5', serviceId: 'nothing' }));
  assert.deepEqual([unknown.code, unknown.idempotencyKey], ['not_found', undefined]);
});

test('names with every allowed character reach the server as they are', async () => {
  const account = { agent: 'team/7@example.com#$!+~|*', serviceId: 'search' };
  await billonce.usage.record({ ...account, requests: 2 });
  assert.deepEqual(await billonce.usage.total(account), { ...account, total: 2 });
});

test('a name such as ".." does not lead to another path', async () => {
  for (const agent of ['..', '.', '']) {
    const quote = await failureOf(billonce.billing.quote({ agent, serviceId: 'events' }));
    assert.deepEqual([quote.code, quote.status, quote.retry], ['invalid_request', undefined, 'after_fixing']);
    assert.equal((await failureOf(billonce.settlements.get(agent))).code, 'invalid_request');
  }
});

test('an operation without an answer returns undefined, and one whose answer is not JSON returns text', async () => {
  await billonce.services.put({ ...service, serviceId: 'spare' });
  assert.equal(await billonce.services.delete('spare'), undefined);
  assert.match(await billonce.call('exportUsageCsv', {}), /^agent,serviceId,total/);
});

test('the client asks for the API key before each call, and sends none to another server', async (t) => {
  const seen: string[] = [];
  const other = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers['x-api-key']} ${request.headers['x-tenant']}`);
    if (request.url?.includes('/stats') === true) response.writeHead(302, { location: '/elsewhere' }).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>');
  });
  const url = await listening(t, other);
  let rotations = 0;
  const stranger = createBillonce({
    url: `${url}/billing/`,
    tenant: 'acme',
    apiKey: () => `key-${++rotations}`,
  });
  const page = await failureOf(stranger.billing.total());
  assert.deepEqual([page.code, page.status, page.text], ['unexpected_answer', 200, '<h1>Hello</h1>']);
  const moved = await failureOf(stranger.call('readStats', {}));
  assert.match(moved.message, /it is at \/elsewhere/);
  assert.deepEqual(seen, ['/billing/api/v1/billing/total key-1 acme', '/billing/api/v1/stats key-2 acme']);
});

test('the error of a call without an answer has the key to continue with', async () => {
  const nowhere = createBillonce({ url: 'http://127.0.0.1:1', deadlineMs: 50, baseDelayMs: 1 });
  const lost = await failureOf(nowhere.usage.record({ agent: 'a', serviceId: 's', requests: 1 }));
  assert.deepEqual([lost.code, lost.retry, lost.status], ['deadline_exceeded', 'same_request', undefined]);
  assert.match(lost.idempotencyKey ?? '', /^[0-9a-f-]{36}$/);
  const abort = AbortSignal.abort(new Error('too late'));
  await assert.rejects(billonce.billing.total({ signal: abort }), { message: 'too late' });
});

test('mistakes in the options are reported when the client is created', () => {
  for (const url of ['billing', 'ftp://host', 'http://user@host', 'http://host?x=1']) {
    assert.throws(() => createBillonce({ url }), { code: 'invalid_options' }, url);
  }
  const misspelt: object = { deadlinMs: 5 };
  assert.throws(() => createBillonce({ url: 'http://host', ...misspelt }), { code: 'invalid_options' });
  assert.throws(() => billonce.recorder({ onRefused: () => undefined, flushItems: 0 }), {
    code: 'invalid_options',
  });
});
