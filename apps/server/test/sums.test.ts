// Sums of outstanding amounts near the limits of 64 bits equal the sums of the single accounts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { inStroops, type StatedPrice } from '../src/domain/service.ts';
import { assertSums } from './harness/assert-sums.ts';
import { openEngine } from './harness/engine.ts';

const requestsMax = 9_007_199_254_740_991;
const priceMax = 9_007_199_254n;

test('sums are exact if a product or a sum has more than 64 bits, with credits and without prices', async (t) => {
  const { executor, books } = await openEngine(t);
  const run = async (command: Command) => {
    const submissions = [{ tenant: 'acme', command, key: undefined }];
    const [outcome] = await executor.execute({ submissions, nowMs: Date.now() });
    assert.equal(
      outcome?.kind,
      'answered',
      JSON.stringify(outcome, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    );
    return outcome;
  };
  const use = (agent: string, serviceId: string, requests: number) =>
    run({
      kind: 'record_usage',
      item: { agent, serviceId, requests, usageId: undefined, occurredAtNs: undefined },
    });
  const state = (serviceId: string, stated: StatedPrice) =>
    run({ kind: 'put_service', serviceId, stated, metadata: undefined });
  const price = (serviceId: string, stroops: bigint) => state(serviceId, inStroops(stroops));
  const settle = (agent: string, serviceId: string) =>
    run({
      kind: 'settle',
      agent,
      serviceId,
      through: undefined,
      expectedStroops: undefined,
      expectedMarks: undefined,
    });
  // These are recorded before there is a price. Each product then has more than 64 bits, and so does their sum.
  for (const agent of ['a', 'b', 'c']) await use(agent, 'late', requestsMax);
  await use('a', 'never.priced', 7);
  await assertSums(books, 'acme');
  await price('late', priceMax);
  await price('search', priceMax);
  for (const agent of ['a', 'b', 'c', 'd']) await use(agent, 'search', 1_000_000_000);
  await assertSums(books, 'acme');
  // One is settled and reversed: this leaves a credit, which offsets nothing on other accounts.
  await settle('a', 'search');
  await run({ kind: 'clear_account', agent: 'b', serviceId: 'search' });
  const [entry] = await books
    .entriesAfter('acme', '00000000-0000-0000-0000-000000000000', 100)
    .then((all) => all.filter((one) => one.agent === 'a' && one.serviceId === 'search'));
  assert.ok(entry);
  await run({ kind: 'reverse_entry', entryId: entry.id, reason: 'a mistake' });
  await assertSums(books, 'acme');
  await use('a', 'search', 1);
  await run({ kind: 'set_disabled', serviceId: 'search', disabled: true });
  await assertSums(books, 'acme');
  await settle('a', 'search');
  await assertSums(books, 'acme');
});

test('bills below a stroop are rounded before they are added up, and their remainders are not counted', async (t) => {
  const { executor, books } = await openEngine(t);
  const run = async (command: Command) => {
    const [outcome] = await executor.execute({
      submissions: [{ tenant: 'acme', command, key: undefined }],
      nowMs: Date.now(),
    });
    assert.equal(outcome?.kind, 'answered');
  };
  const use = (agent: string, requests: number) =>
    run({
      kind: 'record_usage',
      item: { agent, serviceId: 's', requests, usageId: undefined, occurredAtNs: undefined },
    });
  const settle = (agent: string) => {
    const noGuard = { through: undefined, expectedStroops: undefined, expectedMarks: undefined };
    return run({ kind: 'settle', agent, serviceId: 's', ...noGuard });
  };
  await use('early', 1);
  // A price of 1.5 stroops.
  const stated: StatedPrice = { price: 150_000n, per: 1 };
  await run({ kind: 'put_service', serviceId: 's', stated, metadata: undefined });
  for (const agent of ['a', 'b', 'c']) await use(agent, 3);
  await assertSums(books, 'acme');
  await settle('a');
  await assertSums(books, 'acme');
  await use('a', 1);
  await run({ kind: 'clear_account', agent: 'b', serviceId: 's' });
  await assertSums(books, 'acme');
  const entries = await books.entriesAfter('acme', '00000000-0000-0000-0000-000000000000', 100);
  const [first] = entries.filter(({ agent }) => agent === 'a');
  assert.ok(first);
  await run({ kind: 'reverse_entry', entryId: first.id, reason: 'a mistake' });
  await assertSums(books, 'acme');
  await settle('a');
  await run({ kind: 'put_service', serviceId: 's', stated: inStroops(2n), metadata: undefined });
  await use('a', 1);
  await use('c', 1);
  await assertSums(books, 'acme');
});

test('bills of quantities with decimal places are rounded before they are added up', async (t) => {
  const { executor, books } = await openEngine(t);
  const run = async (command: Command) => {
    const [outcome] = await executor.execute({
      submissions: [{ tenant: 'acme', command, key: undefined }],
      nowMs: Date.now(),
    });
    assert.equal(outcome?.kind, 'answered');
  };
  const put = (serviceId: string, unitScale: number) =>
    run({ kind: 'put_service', serviceId, stated: inStroops(7n), metadata: undefined, unitScale });
  const use = (agent: string, serviceId: string, quantity: bigint) => {
    const item = { agent, serviceId, requests: 0, quantity, usageId: undefined, occurredAtNs: undefined };
    return run({ kind: 'record_usage', item });
  };
  await put('seconds', 3);
  await put('tokens', 0);
  // 1.5 and 0.001 seconds cost 10.5 and 0.007 stroops.
  for (const agent of ['a', 'b']) await use(agent, 'seconds', 1_500_000n);
  await use('c', 'seconds', 1_000n);
  await use('a', 'tokens', 2_000_000n);
  await assertSums(books, 'acme');
  const noGuard = { through: undefined, expectedStroops: undefined, expectedMarks: undefined };
  await run({ kind: 'settle', agent: 'a', serviceId: 'seconds', ...noGuard });
  await use('a', 'seconds', 1_500_000n);
  await assertSums(books, 'acme');
});
