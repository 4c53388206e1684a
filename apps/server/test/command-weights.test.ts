// Tests the weights of commands by counts: in which batch each command is committed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@billonce/idempotency/core';
import type { Command } from '../src/domain/command.ts';
import { entriesBehindFirst } from '../src/domain/far-back.ts';
import { inStroops } from '../src/domain/service.ts';
import { webhooksMax } from '../src/domain/webhook.ts';
import { togetherCount } from '../src/ledger/gathering-executor.ts';
import type { KeyUse } from '../src/ledger/submission.ts';
import {
  accounts,
  agents,
  bodyOf,
  settle,
  single,
  startHeavyLedger,
  usage,
  webhook,
} from './harness/heavy-ledger.ts';

test('a settle/bulk is weighed by the accounts of its agent, and committed in a batch of its weight', async (t) => {
  const { submit, ended, books } = await startHeavyLedger(t);
  const outcomes = await Promise.all([
    ...agents.map((agent) => submit(agent, 'heavy', settle(agent))),
    submit('light', 'light', single),
  ]);
  assert.equal(ended[0]?.what, 'light', 'it does not wait for any of them');
  for (const { what, items } of ended.slice(1)) assert.ok(items >= accounts && items < 2 * accounts, what);
  const bills = outcomes.slice(0, agents.length).map(bodyOf);
  assert.deepEqual(
    bills.map(({ items, totalBilledStroops }) => [items.length, totalBilledStroops]),
    agents.map(() => [accounts, String(accounts * 21)]),
  );
  const account = await books.account({ tenant: 'heavy', agent: 'agent-4', serviceId: 'service-0' });
  assert.deepEqual([account?.settlements, account?.settledRequests], [1, 3]);
});

test('a bulk weighs more while its items go to many webhooks, and its former weight after these are deleted', async (t) => {
  const { submit, ended } = await startHeavyLedger(t);
  const valid = { kind: 'valid', item: usage('agent-0') } as const;
  const items = Array.from({ length: 60 }, () => valid);
  const bulk = () => submit('bulk', 'heavy', { kind: 'record_usage_bulk', isAtomic: false, items });
  const together = async () => {
    ended.length = 0;
    await Promise.all([bulk(), bulk(), bulk()]);
    return ended.map((bulkEnded) => bulkEnded.items);
  };
  assert.deepEqual(await together(), [180, 180, 180]);
  const webhookIds: string[] = [];
  for (let number = 0; number < webhooksMax; number++) {
    webhookIds.push(bodyOf(await submit('webhook', 'heavy', webhook(number, ['*']))).id);
  }
  // The first bulk shows the server how many webhooks get its items.
  await bulk();
  assert.deepEqual(await together(), [60, 60, 60]);
  for (const webhookId of webhookIds) await submit('webhook', 'heavy', { kind: 'delete_webhook', webhookId });
  await bulk();
  assert.deepEqual(await together(), [180, 180, 180]);
});

test('a write to an account with many price versions weighs more than one to an account with few', async (t) => {
  const { submit, ended, executor } = await startHeavyLedger(t);
  const many: Command = { kind: 'record_usage', item: usage('many') };
  for (let version = 0; version < 200; version++) {
    const price: Command = {
      kind: 'set_price',
      serviceId: 'service-0',
      stated: inStroops(BigInt(version + 8)),
    };
    const submissions = [price, many].map((command) => ({ tenant: 'heavy', key: undefined, command }));
    await executor.execute({ submissions, nowMs: Date.now() });
  }
  const atOnce = async (command: Command) => {
    ended.length = 0;
    await Promise.all(Array.from({ length: 60 }, () => submit('single', 'heavy', command)));
    return Math.max(...ended.map(({ items }) => items));
  };
  assert.equal(await atOnce(many), 60, 'not known yet');
  // 200 lines weigh as much as 20 items, and a batch of this ledger has 200.
  assert.equal(await atOnce(many), 9);
  await atOnce({ kind: 'record_usage', item: usage('few') });
  assert.equal(await atOnce({ kind: 'record_usage', item: usage('few') }), 60);
});

test('each bill of a settle/bulk has a delivery to each subscribed webhook, and to no other', async (t) => {
  const { submit, books } = await startHeavyLedger(t);
  const webhookIds: string[] = [];
  for (const events of [['*'], ['usage.settled', 'usage.reversed'], ['usage.recorded']] as const) {
    const made = await submit('webhook', 'heavy', webhook(webhookIds.length, events));
    webhookIds.push(bodyOf(made).id);
  }
  const { items } = bodyOf(await submit('settle', 'heavy', settle('agent-0')));
  const billed = items.map(({ settlementId }: { settlementId: string }) => settlementId).sort();
  assert.equal(billed.length, accounts);
  const told = await Promise.all(
    webhookIds.map((id) =>
      books.deliveriesBefore('heavy', id, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1_000),
    ),
  );
  const idsOf = (number: number) => told[number]?.map(({ eventId }) => eventId).reverse();
  assert.deepEqual([idsOf(0), idsOf(1), idsOf(2)], [billed, billed, []]);
  const [newest] = told[0] ?? [];
  const { nextAttemptAtMs, ...kept } = newest ?? { nextAttemptAtMs: 0 };
  assert.ok(nextAttemptAtMs > 0);
  assert.deepEqual(kept, {
    webhookId: webhookIds[0],
    eventId: billed.at(-1),
    eventType: 'usage.settled',
    state: 'pending',
    attempts: 0,
    lastAttempt: undefined,
  });
});

test('a command that scans many entries for reversals is weighed by their number, and then executed', async (t) => {
  const { submit, ended, books } = await startHeavyLedger(t);
  const item = usage('agent-0');
  const items = Array.from({ length: entriesBehindFirst }, () => ({ kind: 'valid', item }) as const);
  for (let bulks = 0; bulks < 2; bulks++)
    await submit('bulk', 'heavy', { kind: 'record_usage_bulk', isAtomic: false, items });
  const account = { agent: 'agent-0', serviceId: 'service-0' };
  const settle: Command = {
    kind: 'settle',
    ...account,
    through: 1,
    expectedStroops: undefined,
    expectedMarks: undefined,
  };
  const weights = async (what: string, commands: readonly Command[]) => {
    ended.length = 0;
    const outcomes = await Promise.all(commands.map((command) => submit(what, 'heavy', command)));
    return { bodies: outcomes.map(bodyOf), items: ended.map((one) => one.items) };
  };
  // Nothing was reversed, so nothing is searched.
  assert.deepEqual((await weights('settle', [settle])).items, [1]);
  const entries = await books.entriesOf({ tenant: 'heavy', ...account }, 2_000, 2_001, 1);
  const entryId = String(entries[0]?.id);
  await submit('reverse', 'heavy', { kind: 'reverse_entry', entryId, reason: 'wrong' });
  // 1,999 entries follow the third one. A tenth of them plus ten may be read, and 200 weigh as much as one item.
  const settled = await weights('settle', [{ ...settle, through: 3 }]);
  assert.deepEqual(settled.items, [12]);
  assert.equal(settled.bodies[0].requests, 6);
  const cleared = await weights('clear', [{ kind: 'clear_account', ...account }]);
  assert.deepEqual(cleared.items, [12]);
  assert.deepEqual(cleared.bodies, [{ ...account, clearedTotal: 5_991 }]);
});

test('a settle/bulk that was weighed twice settles once with its key, and the same request replays', async (t) => {
  const { submit } = await startHeavyLedger(t);
  const key: KeyUse = {
    scope: sha256('scope').slice(0, 32),
    digest: sha256('key').slice(0, 32),
    madeAtMs: undefined,
    fingerprint: sha256('request'),
    method: 'POST',
    path: '/settle/bulk',
    sealingKey: undefined,
  };
  const same = () => submit('same', 'heavy', settle('agent-0'), key);
  const outcomes = await Promise.all([same(), same(), same()]);
  outcomes.push(await same());
  const replayed = outcomes.map((outcome) => outcome.kind === 'answered' && outcome.replayed);
  assert.equal(replayed.filter((isReplayed) => isReplayed).length, 3);
  assert.equal(new Set(outcomes.map((outcome) => bodyOf(outcome).items[0].settlementId)).size, 1);
});

test('commands that fit are committed together, and one that is too heavy is committed alone', () => {
  assert.equal(togetherCount([]), 0);
  assert.equal(togetherCount([1_000, 1_000, 1_000]), 2);
  assert.equal(togetherCount([1, 1, 2_000, 1]), 2);
  assert.equal(togetherCount([2_000, 1]), 1);
  assert.equal(togetherCount([1_000, 499]), 1, 'what is light does not wait for what is heavy');
  assert.equal(togetherCount([499, 499, 1_000]), 2);
  assert.equal(togetherCount([10_000, 1]), 1);
  assert.equal(togetherCount([1, 10_000]), 1);
});
