// Tests the code of the page on payments, which `test/docs` compiles.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { InMemoryPendingSettlementStore } from '@x402/core/facilitator';
import { sqliteCells } from '../../src/cells.ts';
import type { MppxAtomicStore } from '../../src/payments/mppx.ts';
import {
  type PendingSettlementStore,
  pendingSettlementStore,
} from '../../src/payments/pending-settlement-store.ts';
import { listening } from '../adapters/harness/listening.ts';
import { loadBlock } from '../docs/harness/page-modules.ts';
import { checkClaims } from '../harness/taken-blocks.ts';
import { startFacilitator } from './harness/facilitator.ts';
import { acceptsEachCredentialOnce } from './harness/mppx-laws.ts';
import { accepts, exactScheme, paymentHeaders } from './harness/payments.ts';

const page = 'docs/how-to/idempotency/take-payments-once.md';
// The examples open their files in the folder in which they are started.
const folder = mkdtempSync(join(tmpdir(), 'billonce-page-'));
process.chdir(folder);
after(() => {
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true, force: true });
});

test('the page on payments: an Express app takes a payment once, and replays its answer', async (t) => {
  type PaidApp = (facilitatorUrl: string, scheme: unknown, payTo: string) => RequestListener;
  const facilitator = await startFacilitator();
  t.after(() => facilitator.close());
  const paidApp = (await loadBlock(page, 'paid-express.ts'))['paidApp'] as PaidApp;
  const { port, close } = await listening(
    paidApp(facilitator.url, exactScheme('authorization'), accepts.payTo),
  );
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

test('the page on payments: a settlement is looked up, and given up only when it can no longer succeed', async () => {
  type FindBy = (
    find: (from: string, nonce: string) => Promise<string | undefined>,
  ) => (pending: unknown) => Promise<unknown>;
  const findSettlementBy = (await loadBlock(page, 'find-settlement.ts'))['findSettlementBy'] as FindBy;
  const charges = new Map<string, string>();
  const find = findSettlementBy(async (from, nonce) => charges.get(from + nonce));
  const pending = (validBefore: string) => ({
    paymentPayload: { payload: { authorization: { from: '0xPayer', nonce: '0x1', validBefore } } },
    requirements: { network: 'eip155:84532' },
  });
  assert.deepEqual(await find(pending('9999999999')), { kind: 'unknown' });
  assert.deepEqual(await find(pending('1')), { kind: 'not_settled' });
  charges.set('0xPayer0x1', '0xabc');
  assert.deepEqual(await find(pending('1')), {
    kind: 'settled',
    result: { success: true, transaction: '0xabc', network: 'eip155:84532', payer: '0xPayer' },
  });
});

test('the page on payments: a facilitator remembers its transactions across a restart', async () => {
  type Options = { readonly pendingSettlementStore: PendingSettlementStore };
  const { pendingSettlementStore: pending } = (await loadBlock(page, 'facilitator.ts'))['options'] as Options;
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
  const store = (await loadBlock(page, 'mppx-store.ts'))['store'] as MppxAtomicStore;
  await acceptsEachCredentialOnce([store, store]);
});

checkClaims(import.meta.url);
