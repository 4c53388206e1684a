import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runConformance } from '../src/run.ts';
import { startCharging } from './harness/charging-server.ts';
import { planFor } from './harness/plans.ts';

const payment = Buffer.from('{"x402Version":2,"payload":{"signature":"0x1"}}').toString('base64');

/** The identifier in a payment, read like an x402 server does. */
function identifierOf(header: string): string {
  const sent: unknown = JSON.parse(Buffer.from(header, 'base64').toString());
  const path = ['extensions', 'payment-identifier', 'info', 'id'];
  return String(path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), sent));
}

test('a server that takes the identifier of a payment as its key passes in the profile x402-id', async (t) => {
  const identifiers: string[] = [];
  const server = await startCharging({
    intercept: ({ headers, rawHeaders }) => {
      const sent = headers['payment-signature'];
      if (typeof sent !== 'string') return false;
      headers['x-pay'] = sent;
      identifiers.push(identifierOf(sent));
      rawHeaders.push('Idempotency-Key', identifierOf(sent));
      return false;
    },
  });
  t.after(() => server.close());
  const result = await runConformance(
    planFor(server.url, {
      profile: 'x402-id',
      count: { kind: 'url', url: new URL(server.countUrl) },
      payment: [['PAYMENT-SIGNATURE', 'replaced by the command']],
      paymentCommand: `echo ${payment}`,
    }),
  );
  assert.ok(result.kind === 'reported', result.kind === 'not-run' ? result.reason : '');
  for (const { id, verdict, reason } of result.report.checks) {
    assert.ok(verdict === 'passed' || verdict === 'not-applicable', `${id} ${verdict}: ${reason}`);
  }
  assert.ok(identifiers.every((id) => id === '' || /^pay_[0-9a-f-]{36}/.test(id)));
  assert.ok(result.report.checks.filter(({ verdict }) => verdict === 'passed').length >= 20);
});
