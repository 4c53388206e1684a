import assert from 'node:assert/strict';
import { Mppx as Payer, tempo as payerTempo } from 'mppx/client';
import { Mppx, Store, tempo } from 'mppx/server';
import { createClient, custom } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { tempo as chain } from 'viem/tempo/chains';
import type { CellStore } from '../../../src/cells.ts';
import { type MppxAtomicStore, mppxStore } from '../../../src/payments/mppx.ts';

const account = privateKeyToAccount(generatePrivateKey());
/** There is no chain: proofs of a wallet are checked only by their signature. */
const client = createClient({
  account,
  chain,
  transport: custom({ request: () => Promise.reject(new Error('there is no chain')) }, { retryCount: 0 }),
});
const secretKey = 'a secret of thirty-two bytes or more';
const payer = Payer.create({
  methods: [payerTempo.charge({ account, getClient: () => client })],
  polyfill: false,
});

/** The real `mppx` as its README shows it: a 402 with a challenge, and then a credential for it. */
function api(store: MppxAtomicStore, served: string[]) {
  const method = tempo.charge({
    currency: '0x20c0000000000000000000000000000000000000',
    recipient: account.address,
    store,
    storeKeyPrefix: 'api:',
    getClient: () => client,
  });
  const mppx = Mppx.create({ methods: [method], secretKey, realm: 'api.example' });
  return async (authorization?: string): Promise<Response> => {
    const headers = authorization === undefined ? {} : { authorization };
    const paid = await mppx.charge({ amount: '0' })(new Request('http://api.example/photo', { headers }));
    if (paid.status === 402) return paid.challenge;
    served.push(authorization ?? '');
    return paid.withReceipt(Response.json({ served: served.length }));
  };
}

/** A credential that is sent twenty times at the same time to two instances buys one answer. */
export async function acceptsEachCredentialOnce(instances: readonly MppxAtomicStore[]): Promise<void> {
  const served: string[] = [];
  const apis = instances.map((store) => api(store, served));
  const [first] = apis;
  assert.ok(first !== undefined);
  const challenge = await first();
  assert.equal(challenge.status, 402);
  const credential = await payer.createCredential(challenge);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => (apis[at % 2] ?? first)(credential)),
  );
  const paid = answers.filter(({ status }) => status === 200);
  assert.equal(paid.length, 1);
  assert.ok(paid[0]?.headers.get('payment-receipt'));
  assert.equal((await first(credential)).status, 402);
  assert.equal(served.length, 1);
}

type Channel = { spent: bigint; note: string };

/** Uses a store like the sessions of `mppx` do: bigints in one value that many requests change at the same time. */
export async function deductsEachCharge(instances: readonly CellStore[]): Promise<void> {
  const note = '7#__bigint';
  const stores = instances.map((cells) =>
    Store.from(mppxStore<Record<string, Channel>>(cells), { keyPrefix: 'channel:' }),
  );
  const [store, other] = stores;
  assert.ok(store !== undefined && other !== undefined);
  assert.equal(await store.get('0x1'), null);
  await store.put('0x1', { spent: 0n, note });
  const deduct = (at: number) =>
    (at % 2 === 0 ? store : other).update('0x1', (channel) => {
      if (channel === null || channel.spent >= 30n) return { op: 'noop', result: false };
      return { op: 'set', value: { ...channel, spent: channel.spent + 1n }, result: true };
    });
  const deducted = await Promise.all(Array.from({ length: 36 }, (_, at) => deduct(at)));
  assert.equal(deducted.filter(Boolean).length, 30);
  assert.deepEqual(await other.get('0x1'), { spent: 30n, note });
  await store.delete('0x1');
  assert.equal(await other.get('0x1'), null);
  const [used, usedToo] = instances.map((cells) => mppxStore(cells));
  assert.ok(used !== undefined && usedToo !== undefined);
  const future = Date.now() + 1_000_000;
  assert.equal(await Store.tryClaim(used, 'used', 1000), true);
  assert.equal(await Store.tryClaim(usedToo, 'used', future), true);
  assert.equal(await Store.tryClaim(used, 'used', future), false);
}
