import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePayment } from './payment.ts';

const authorization = { from: '0xAbC', to: '0xDeF', value: '10000', validBefore: '99', nonce: '0x1F' };
const accepted = { scheme: 'exact', network: 'eip155:84532', asset: '0xA1', amount: '10000' };

function header(payload: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  const sent = { x402Version: 2, accepted, payload, ...more };
  return Buffer.from(JSON.stringify(sent)).toString('base64');
}

function digestOf(payload: unknown, more?: Readonly<Record<string, unknown>>): string | undefined {
  return parsePayment(header(payload, more))?.digest;
}

test('a payment is identified by what was signed, in any spelling and with any other members', () => {
  const digest = digestOf({ signature: '0x1', authorization });
  const { from, nonce, ...rest } = authorization;
  const same: readonly (readonly [payload: unknown, more?: Readonly<Record<string, unknown>>])[] = [
    [{ signature: '0x2', authorization }],
    [{ authorization: { nonce: nonce.toLowerCase(), ...rest, from: from.toUpperCase() }, other: 1 }],
    [
      { signature: '0x1', authorization },
      { extensions: { other: {} }, resource: { url: 'x' } },
    ],
    [{ signature: '0x1', authorization }, { accepted: { ...accepted, amount: '1', asset: '0xa1' } }],
  ];
  for (const [payload, more] of same) assert.equal(digestOf(payload, more), digest);
});

test('another nonce, payer, asset, network or transaction is another payment', () => {
  const payload = { signature: '0x1', authorization };
  const digests = [
    digestOf(payload),
    digestOf({ authorization: { ...authorization, nonce: '0x2' } }),
    digestOf({ authorization: { ...authorization, from: '0x2' } }),
    digestOf({ permit2Authorization: { ...authorization, nonce: '0x3' } }),
    digestOf(payload, { accepted: { ...accepted, asset: '0xA2' } }),
    digestOf(payload, { accepted: { ...accepted, network: 'eip155:8453' } }),
    digestOf({ transaction: 'AAAA' }),
    digestOf({ transaction: 'aaaa' }),
    digestOf({ channelId: 'a', voucher: 1 }),
    digestOf('signed in another way'),
    digestOf(undefined),
    digestOf(undefined, { other: 1 }),
  ];
  assert.equal(new Set(digests).size, digests.length);
  assert.ok(digests.every((digest) => digest?.length === 64));
});

test('a payload without a canonical form is still a payment', () => {
  const nested = `${'['.repeat(300)}${']'.repeat(300)}`;
  const sent = Buffer.from(`{"x402Version":2,"payload":{"a":${nested}}}`).toString('base64');
  assert.equal(parsePayment(sent)?.digest.length, 64);
});

test('the payment-identifier is used if it can be a key, and text that is not JSON is not a payment', () => {
  const named = (id: unknown) =>
    parsePayment(
      header({ authorization }, { extensions: { 'payment-identifier': { info: { required: false, id } } } }),
    );
  assert.equal(named('pay_7d5d747be160e280')?.identifier, 'pay_7d5d747be160e280');
  for (const id of [undefined, 7, '', 'with a space', 'a'.repeat(256)])
    assert.equal(named(id)?.identifier, undefined);
  assert.equal(named('x')?.payer, '0xabc');
  for (const other of [undefined, '', 'no payment', Buffer.from('7').toString('base64')]) {
    assert.equal(parsePayment(other), undefined);
  }
});
