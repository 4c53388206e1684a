import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InMemoryPendingSettlementStore } from '@x402/core/facilitator';
import { sqliteCells } from '../../src/cells.ts';
import {
  type PendingSettlementStore,
  pendingSettlementStore,
} from '../../src/payments/pending-settlement-store.ts';
import { listening } from '../adapters/harness/listening.ts';
import { startFacilitator } from './harness/facilitator.ts';
import { credentialFor } from './harness/mppx-laws.ts';
import * as pagePayment from './harness/page-payment.ts';
import { paymentHeaders } from './harness/payments.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/how-to/idempotency/take-payments-once.md'), 'utf8');
// Inside of the project, where the packages are found.
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'billonce-page-'));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [, code = '', name = ''] of page.matchAll(
  /^```js\n(\/\/ ([\w-]+\.js)\n[^`]*(?:`[^`]+`[^`]*)*?)^```$/gm,
)) {
  writeFileSync(join(folder, name), code);
}
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
const payment = new URL('harness/page-payment.ts', import.meta.url).href;
writeFileSync(join(folder, 'payment.js'), `export { ${Object.keys(pagePayment)} } from '${payment}';`);
// The examples open their files where they are started.
process.chdir(folder);
process.env['MPP_SECRET_KEY'] = 'a secret of thirty-two bytes or more';

async function example<T>(name: string, parse: (module: Readonly<Record<string, unknown>>) => T): Promise<T> {
  return parse(await import(pathToFileURL(join(folder, name)).href));
}

test('the page on payments: an Express app takes a payment once, and replays its answer', async (t) => {
  const facilitator = await startFacilitator();
  t.after(() => facilitator.close());
  process.env['FACILITATOR_URL'] = facilitator.url;
  const app = await example('paid-express.js', (module) => module['app'] as RequestListener);
  const { port, close } = await listening(app);
  t.after(close);
  const headers = { 'content-type': 'application/json', connection: 'close', ...paymentHeaders() };
  const buy = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/photos`, {
      method: 'POST',
      headers,
      body: '{"size":7}',
    });
    return [response.status, response.headers.get('payment-response'), await response.text()];
  };
  const first = await buy();
  assert.equal(first[0], 201);
  assert.match(String(first[2]), /"size":7/);
  assert.deepEqual(await buy(), first);
  assert.equal(facilitator.charged.length, 1);
});

test('the page on payments: a settlement is looked for, and given up only when it cannot succeed any more', async () => {
  type Find = (pending: unknown) => Promise<unknown>;
  const find = await example('find-settlement.js', (module) => module['findSettlement'] as Find);
  const pending = (validBefore: string) => ({
    paymentPayload: { payload: { authorization: { from: '0xPayer', nonce: '0x1', validBefore } } },
    requirements: { network: 'eip155:84532' },
  });
  assert.deepEqual(await find(pending('9999999999')), { kind: 'unknown' });
  assert.deepEqual(await find(pending('1')), { kind: 'not_settled' });
  pagePayment.charges.set('0xPayer0x1', { hash: '0xabc' });
  assert.deepEqual(await find(pending('1')), {
    kind: 'settled',
    result: { success: true, transaction: '0xabc', network: 'eip155:84532', payer: '0xPayer' },
  });
});

test('the page on payments: a facilitator remembers its transactions over a restart', async () => {
  type Options = { readonly pendingSettlementStore: PendingSettlementStore };
  const { pendingSettlementStore: pending } = await example(
    'facilitator.js',
    (module) => module['options'] as Options,
  );
  const { DatabaseSync } = await import('node:sqlite');
  for (const store of [pending, new InMemoryPendingSettlementStore()]) {
    assert.equal(await store.get('a'), undefined);
    await store.set('a', '0x1');
    await store.set('a', '0x2');
    assert.equal(await store.get('a'), '0x2');
    await store.set('b', '0x3');
    await store.delete('b');
    await store.delete('b');
    assert.equal(await store.get('b'), undefined);
  }
  const restarted = sqliteCells({ database: new DatabaseSync('cells.db') });
  assert.equal(await pendingSettlementStore(restarted).get('a'), '0x2');
});

test('the page on payments: mppx takes a credential once', async () => {
  type Handler = (request: Request) => Promise<Response>;
  const handler = await example('paid-mppx.js', (module) => module['handler'] as Handler);
  const challenge = await handler(new Request('http://api.example/photo'));
  const authorization = await credentialFor(challenge);
  const pay = () => handler(new Request('http://api.example/photo', { headers: { authorization } }));
  const paid = await pay();
  assert.equal(paid.status, 200);
  assert.ok(paid.headers.get('payment-receipt'));
  assert.equal((await pay()).status, 402);
});
