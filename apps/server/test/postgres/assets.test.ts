// Concurrent writes of two instances to assets, and to services and balances in them, have the same result as one after
// the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountPlaces, parseDecimal, parsePrice } from '../../src/domain/amount.ts';
import type { Command } from '../../src/domain/command.ts';
import { auditBooks } from '../../src/reads/audit-books.ts';
import { answerOf, price, startInstances, tenant, untilWaiting, usage } from '../harness/instances.ts';

const agent = 'agent-1';
const amountOf = (text: string) => parseDecimal(text, amountPlaces) ?? 0n;

const register = (code: string, scale: number): Command => ({ kind: 'put_asset', asset: { code, scale } });

const inAsset = (serviceId: string, text: string, asset: string): Command => ({
  kind: 'put_service',
  serviceId,
  stated: { price: parsePrice(text, 1) ?? 0n, per: 1 },
  metadata: undefined,
  asset,
});

const grant = (amount: string, asset: string): Command => ({
  kind: 'create_grant',
  agent,
  asset,
  amount: amountOf(amount),
  priority: 100,
  expiresAtMs: undefined,
  note: undefined,
  grantId: undefined,
});

const prepaid: Command = {
  kind: 'set_billing',
  agent,
  policy: { mode: 'prepaid', asset: 'USD', overdraft: 0n, lowAt: [] },
};

type World = Awaited<ReturnType<typeof startInstances>>;

async function done({ first }: World, ...commands: readonly Command[]): Promise<void> {
  for (const command of commands) {
    const [outcome] = await first.execute(command);
    assert.equal(
      outcome?.kind,
      'answered',
      JSON.stringify(outcome, (_, value) => String(value)),
    );
  }
}

async function assertAudit({ first }: World): Promise<void> {
  const found = await auditBooks(first.books, tenant);
  assert.deepEqual([found.differences, found.balances.differences, found.acts.differences], [[], [], []]);
}

test('an asset that two instances register at the same time with different scales gets one of the two', async (t) => {
  const world = await startInstances(t);
  for (let round = 0; round < 5; round++) {
    const code = `A${round}`;
    const outcomes = await Promise.all([
      world.first.execute(register(code, 2)),
      world.second.execute(register(code, 3)),
    ]);
    const statuses = outcomes.map(([outcome]) => answerOf(outcome).status);
    assert.deepEqual(statuses.toSorted(), [201, 'asset_conflict']);
  }
  assert.equal((await world.first.books.assets(tenant)).length, 5);
  await assertAudit(world);
});

test('a service that two instances register at the same time in different assets gets one of the two', async (t) => {
  const world = await startInstances(t);
  await done(world, register('USD', 2), register('EUR', 2));
  for (let round = 0; round < 5; round++) {
    const outcomes = await Promise.all([
      world.first.execute(inAsset(`s${round}`, '1', 'USD')),
      world.second.execute(inAsset(`s${round}`, '1', 'EUR')),
    ]);
    const statuses = outcomes.map(([outcome]) => answerOf(outcome).status);
    assert.deepEqual(statuses.toSorted(), [201, 'service_in_use']);
  }
  await assertAudit(world);
});

test('usage of two instances in two assets overdraws neither balance of its agent', async (t) => {
  const world = await startInstances(t);
  await done(world, register('USD', 2), inAsset('dollars', '0.5', 'USD'), price(10_000_000n), prepaid);
  await done(world, grant('5', 'USD'), grant('7', 'XLM'));
  const sent = Array.from({ length: 40 }, (_, number) => {
    const instance = number % 2 === 0 ? world.first : world.second;
    return instance.execute(usage(agent, undefined, 1, number % 4 < 2 ? 'search' : 'dollars'));
  });
  const statuses = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.equal(statuses.filter((status) => status === 201).length, 17);
  assert.equal(statuses.filter((status) => status === 'insufficient_balance').length, 23);
  for (const [asset, drawn] of [
    ['USD', '5'],
    ['XLM', '7'],
  ] as const) {
    const { balance } = await world.first.books.wholeBalance({ tenant, agent, asset });
    assert.equal(balance?.drawn, amountOf(drawn), asset);
  }
  await assertAudit(world);
});

test('a batch that waited for a balance in an asset sees the changes of the other batch', async (t) => {
  const world = await startInstances(t);
  await done(world, register('USD', 2), inAsset('dollars', '1', 'USD'), prepaid, grant('1', 'USD'));
  const { client, first, second } = world;
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM billing WHERE tenant = $1 AND agent = $2 FOR UPDATE', [tenant, agent]);
  const sent = [first, second].map((instance) => instance.execute(usage(agent, undefined, 1, 'dollars')));
  await untilWaiting(client, 2);
  await client.query('ROLLBACK');
  const statuses = (await Promise.all(sent)).map(([outcome]) => answerOf(outcome).status);
  assert.deepEqual(statuses.toSorted(), [201, 'insufficient_balance']);
  await assertAudit(world);
});

test('usage that is recorded while its service is registered costs the price of the service, in its asset', async (t) => {
  const world = await startInstances(t);
  await done(world, register('USD', 2));
  for (let round = 0; round < 5; round++) {
    const serviceId = `new-${round}`;
    await Promise.all([
      world.first.execute(inAsset(serviceId, '0.25', 'USD')),
      world.second.execute(usage(agent, undefined, 4, serviceId)),
    ]);
    const [outcome] = await world.first.execute({
      kind: 'settle',
      agent,
      serviceId,
      through: undefined,
      expectedStroops: undefined,
      expectedAmount: amountOf('1'),
      expectedMarks: undefined,
    });
    assert.equal(answerOf(outcome).status, 200);
    const [bill] = await world.first.books.settlementsOf({ tenant, agent, serviceId }, 0, 1, 1);
    assert.deepEqual([bill?.asset, bill?.assetScale, bill?.billedStroops], ['USD', 2, 100n]);
  }
  await assertAudit(world);
});
