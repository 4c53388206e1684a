import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type CellStore, memoryCells } from '../../src/cells.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { type Facilitator, startFacilitator } from './harness/facilitator.ts';
import { type PaidApp, type PaidAppOptions, paidApps } from './harness/paid-apps.ts';
import { newNonce, paymentHeaders } from './harness/payments.ts';

interface Answer {
  readonly status: number;
  readonly receipt: string | null;
  readonly body: string;
  readonly headers: Headers;
}

interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
}

async function send({ url }: PaidApp, request: Request): Promise<Answer> {
  const { headers = {}, path = '/photos', method = 'POST', body = '{"size":1}' } = request;
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    ...(method === 'GET' ? {} : { body }),
  });
  return {
    status: response.status,
    receipt: response.headers.get('payment-response'),
    body: await response.text(),
    headers: response.headers,
  };
}

/** Everything that a retry must get again. */
function bytesOf({ status, receipt, body, headers }: Answer) {
  return [status, receipt, body, headers.get('content-type'), headers.get('cache-control')];
}

function codeOf({ body }: Answer): unknown {
  return JSON.parse(body).error;
}

for (const [framework, start] of Object.entries(paidApps)) {
  const setUp = async (
    t: TestContext,
    options: Partial<PaidAppOptions> = {},
  ): Promise<{ app: PaidApp; facilitator: Facilitator; settlements: CellStore }> => {
    const facilitator = await startFacilitator();
    t.after(() => facilitator.close());
    const settlements = memoryCells();
    const app = await start({
      facilitatorUrl: facilitator.url,
      store: memoryStore(),
      settlements,
      ...options,
    });
    t.after(() => app.close());
    return { app, facilitator, settlements };
  };

  describe(`x402 on ${framework}`, () => {
    test('thirty-six calls are thirty-six charges, and each retry gets the same bytes before anything is verified', async (t) => {
      const { app, facilitator } = await setUp(t);
      const requests = Array.from({ length: 36 }, (_, at) => ({
        headers: paymentHeaders(at % 2 === 0 ? { identifier: `payment-identifier-${at}` } : {}),
        ...(at % 3 === 0 ? { method: 'GET', path: '/photos/7' } : {}),
      }));
      const first = await Promise.all(requests.map((request) => send(app, request)));
      assert.ok(first.every(({ status, receipt }) => status === 201 && receipt !== null));
      assert.equal(new Set(facilitator.charged).size, 36);
      const retries = await Promise.all(requests.map((request) => send(app, request)));
      assert.deepEqual(retries.map(bytesOf), first.map(bytesOf));
      assert.ok(retries.every(({ headers }) => headers.get('idempotency-replayed') === 'true'));
      assert.deepEqual(
        [facilitator.verified.length, facilitator.settleCalls, app.executions()],
        [36, 36, 36],
      );
    });

    test('twenty simultaneous requests give one charge and twenty equal answers', async (t) => {
      const { app, facilitator } = await setUp(t);
      const headers = paymentHeaders({ identifier: 'payment-identifier' });
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(app, { headers })));
      assert.equal(new Set(answers.map((answer) => JSON.stringify(bytesOf(answer)))).size, 1);
      assert.deepEqual([answers[0]?.status, facilitator.settleCalls, app.executions()], [201, 1, 1]);
    });

    test('a request without a payment gets the demand to pay, with any key, and is not kept', async (t) => {
      const { app, facilitator } = await setUp(t);
      for (const headers of [{}, { 'idempotency-key': 'order-1' }, { 'payment-signature': 'no payment' }]) {
        const asked = await send(app, { headers });
        assert.equal(asked.status, 402);
        assert.ok(asked.headers.get('payment-required'));
      }
      const paid = await send(app, { headers: { ...paymentHeaders(), 'idempotency-key': 'order-1' } });
      assert.equal(paid.status, 201);
      assert.equal(facilitator.charged.length, 1);
    });

    test('another payment or another request under the same key is a conflict, and is not charged', async (t) => {
      const { app, facilitator } = await setUp(t);
      const identifier = 'payment-identifier';
      const headers = paymentHeaders({ identifier });
      const keyed = { ...paymentHeaders(), 'idempotency-key': 'order-1' };
      const first = await send(app, { headers });
      await send(app, { headers: keyed });
      const conflicts: readonly Request[] = [
        { headers: paymentHeaders({ identifier }) },
        { headers, body: '{"size":2}' },
        { headers, path: '/photos?size=2' },
        { headers: keyed, body: '{"size":2}' },
        { headers: { ...paymentHeaders(), 'idempotency-key': 'order-1' } },
      ];
      for (const conflict of conflicts) {
        const refused = await send(app, conflict);
        assert.deepEqual([refused.status, codeOf(refused)], [409, 'idempotency_conflict']);
        assert.equal(refused.receipt, null);
      }
      assert.deepEqual(bytesOf(await send(app, { headers })), bytesOf(first));
      // The same key of another payer is another key.
      const other = await send(app, { headers: paymentHeaders({ identifier, from: '0xOther' }) });
      assert.equal(other.status, 201);
      assert.equal(facilitator.settleCalls, 3);
    });

    test('a payment-identifier and an Idempotency-Key that differ are refused', async (t) => {
      const { app, facilitator } = await setUp(t);
      const headers = paymentHeaders({ identifier: 'payment-identifier' });
      const refused = await send(app, { headers: { ...headers, 'idempotency-key': 'order-1' } });
      assert.deepEqual([refused.status, codeOf(refused)], [400, 'invalid_idempotency_key']);
      const first = await send(app, { headers: { ...headers, 'idempotency-key': '"payment-identifier"' } });
      assert.deepEqual(bytesOf(await send(app, { headers })), bytesOf(first));
      assert.equal(facilitator.settleCalls, 1);
    });

    test('one payment under two keys buys one answer', async (t) => {
      const { app, facilitator } = await setUp(t);
      const nonce = newNonce();
      const under = (at: number) => ({
        headers: paymentHeaders({ nonce, identifier: `payment-identifier-${at}` }),
      });
      const answers = await Promise.all([0, 1].map((at) => send(app, under(at))));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409]);
      const executed = app.executions();
      const later = await send(app, under(2));
      assert.deepEqual([later.status, codeOf(later)], [409, 'idempotency_conflict']);
      assert.deepEqual([facilitator.settleCalls, app.executions()], [1, executed]);
    });

    test('a charge whose answer was lost is unknown, is never repeated, and is answered once it is found', async (t) => {
      let isCharged: boolean | undefined;
      const { app, facilitator } = await setUp(t, { findCharged: async () => isCharged });
      facilitator.behaviour = 'lose';
      const headers = paymentHeaders();
      for (const _ of [1, 2, 3]) {
        const refused = await send(app, { headers });
        assert.deepEqual([refused.status, codeOf(refused)], [503, 'idempotency_outcome_unknown']);
        assert.deepEqual([refused.receipt, refused.headers.get('retry-after')], [null, '1']);
        assert.match(refused.body, /do not pay again/);
      }
      isCharged = true;
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(app, { headers })));
      assert.equal(new Set(answers.map((answer) => JSON.stringify(bytesOf(answer)))).size, 1);
      const [found] = answers;
      assert.equal(found?.status, 201);
      assert.match(Buffer.from(found.receipt ?? '', 'base64').toString(), /"success":true/);
      assert.equal(found.headers.get('cache-control'), 'private');
      assert.deepEqual([facilitator.settleCalls, facilitator.verified.length, app.executions()], [1, 1, 1]);
    });

    test('a charge that turned out not to have been made is made by a retry', async (t) => {
      const { app, facilitator } = await setUp(t, { findCharged: async () => false });
      facilitator.behaviour = 'hang up first';
      const headers = paymentHeaders();
      assert.equal((await send(app, { headers })).status, 503);
      facilitator.behaviour = 'settle';
      const paid = await send(app, { headers });
      assert.equal(paid.status, 201);
      assert.deepEqual(bytesOf(await send(app, { headers })), bytesOf(paid));
      assert.deepEqual([facilitator.charged.length, facilitator.settleCalls], [1, 2]);
    });

    test('a refused charge is reported by x402, and leaves the key free', async (t) => {
      const { app, facilitator } = await setUp(t);
      facilitator.behaviour = 'refuse';
      const headers = paymentHeaders();
      const refused = await send(app, { headers });
      assert.equal(refused.status, 402);
      assert.match(Buffer.from(refused.receipt ?? '', 'base64').toString(), /insufficient_funds/);
      facilitator.behaviour = 'settle';
      assert.equal((await send(app, { headers })).status, 201);
      assert.equal(facilitator.charged.length, 1);
    });

    test('an answer of 400 or above is not charged, no matter how it was sent', async (t) => {
      const { app, facilitator } = await setUp(t, { answer: () => ({ status: 422, body: '{"no":1}' }) });
      for (const request of [{}, { method: 'GET', path: '/photos/7' }]) {
        const headers = paymentHeaders();
        const first = await send(app, { ...request, headers });
        assert.deepEqual([first.status, first.body, first.receipt], [422, '{"no":1}', null]);
        assert.deepEqual(bytesOf(await send(app, { ...request, headers })), bytesOf(first));
      }
      assert.deepEqual([facilitator.settleCalls, app.executions()], [0, 2]);
    });

    test('while settlements cannot be recorded, nothing is settled', async (t) => {
      const cells = memoryCells();
      let fails: 'read' | 'write' | undefined;
      const settlements: CellStore = {
        read: (name) => (fails === 'read' ? Promise.reject(new Error('down')) : cells.read(name)),
        write: (...args) => (fails === 'write' ? Promise.reject(new Error('down')) : cells.write(...args)),
      };
      const { app, facilitator } = await setUp(t, { settlements });
      const payments = { read: paymentHeaders(), write: paymentHeaders() };
      for (fails of ['read', 'write'] as const) {
        const headers = payments[fails];
        const refused = await send(app, { headers });
        assert.deepEqual([refused.status, codeOf(refused)], [503, 'store_unavailable']);
        assert.equal(facilitator.settleCalls, 0);
      }
      fails = undefined;
      for (const headers of Object.values(payments)) {
        assert.equal((await send(app, { headers })).status, 201);
      }
    });

    test('a payment that was taken before the handler is kept if the handler fails', async (t) => {
      const answers = [{ status: 500 }, { status: 200, body: '{"at":"last"}' }];
      const { app, facilitator } = await setUp(t, { flow: 'upfront', answer: () => answers.shift() });
      const headers = paymentHeaders({ flow: 'upfront' });
      assert.equal((await send(app, { headers })).status, 500);
      const paid = await send(app, { headers });
      assert.deepEqual([paid.status, paid.body], [200, '{"at":"last"}']);
      assert.match(Buffer.from(paid.receipt ?? '', 'base64').toString(), /"success":true/);
      assert.deepEqual(bytesOf(await send(app, { headers })), bytesOf(paid));
      assert.deepEqual([facilitator.settleCalls, app.executions()], [1, 2]);
    });
  });
}
