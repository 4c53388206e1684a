import assert from 'node:assert/strict';
import { assertCharges, charge, charges, type Run, type Sent, serves } from '../harness/runs.ts';

const longKey: Sent = { key: '0123456789-0123456789' };

async function statusOf(url: string, sent: Sent): Promise<number> {
  return (await charge(url, sent)).status;
}

export const migrationRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/migrate.md': {
    'from-express-idempotency.js': charges(),
    'from-node-idempotency.js': serves(async (url) => {
      await assertCharges(url, {}, 422);
      assert.equal(await statusOf(url, { key: 'k'.repeat(65) }), 400);
      assert.equal((await fetch(`${url}/charges`, { method: 'POST' })).status, 400);
      // The same key at another endpoint is another operation.
      assert.equal(await statusOf(url, { path: '/refunds' }), 404);
    }),
    'from-idempot-js.js': serves(async (url) => {
      await assertCharges(url, longKey, 422);
      assert.equal(await statusOf(url, { key: 'short' }), 400);
      const again = await charge(url, { ...longKey, body: { amount: '12.50', sentAt: 1 } });
      assert.equal(again.isReplay, true);
    }),
    'from-an-interceptor.ts': serves(async (url) => {
      await assertCharges(url, {}, 422);
      assert.equal((await fetch(`${url}/charges`, { method: 'POST' })).status, 400);
    }),
  },
};
