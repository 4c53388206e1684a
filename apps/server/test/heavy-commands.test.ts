// One tenant's heavy commands beside the writes of another, by counts: what is committed together, and in which order.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sha256 } from '@billonce/idempotency/core';
import type { Command } from '../src/domain/command.ts';
import { settleBulkAccountsFirst, settleBulkAccountsMax } from '../src/domain/commands/settlements.ts';
import { entriesBehindFirst } from '../src/domain/far-back.ts';
import { type Webhook, webhooksMax } from '../src/domain/webhook.ts';
import { executeTogether, togetherCount } from '../src/ledger/gathering-executor.ts';
import { Ledger } from '../src/ledger/ledger.ts';
import { LedgerLanes } from '../src/ledger/ledger-lanes.ts';
import type { WriteTimes } from '../src/ledger/ledger-parts.ts';
import type { KeyUse, Outcome } from '../src/ledger/submission.ts';
import { openEngine } from './harness/engine.ts';
import { runSql } from './harness/sql.ts';

const accounts = 3 * settleBulkAccountsFirst;
const agents = ['agent-0', 'agent-1', 'agent-2', 'agent-3', 'agent-4'];

function usage(agent: string, serviceId = 'service-0') {
  return { agent, serviceId, requests: 3, usageId: undefined, occurredAtNs: undefined };
}

const single: Command = { kind: 'record_usage', item: usage('agent-7') };
const settle = (agent: string): Command => ({
  kind: 'settle_bulk',
  agent,
  accountsMax: settleBulkAccountsFirst,
});

/** A ledger whose batches are smaller than a heavy command, and agents with many accounts. */
async function start(t: TestContext) {
  const engine = await openEngine(t);
  const heavyItemsMin = 2 * settleBulkAccountsFirst;
  const ledger = new LedgerLanes(engine, {
    nowMs: Date.now,
    limits: { inFlightItemsMax: heavyItemsMin, heavyItemsMin },
  });
  const ended: { readonly what: string; readonly items: number }[] = [];
  const submit = async (what: string, tenant: string, command: Command, key?: KeyUse): Promise<Outcome> => {
    let times: WriteTimes | undefined;
    const outcome = await ledger.submit({ tenant, key, command }, (measured) => {
      times = measured;
    });
    assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
    ended.push({ what, items: times?.batch.items ?? 0 });
    return outcome;
  };
  const ids = Array.from({ length: accounts }, (_, number) => `service-${number}`);
  await submit('fill', 'heavy', {
    kind: 'put_service_bulk',
    items: ids.map((serviceId) => ({
      kind: 'valid',
      item: { kind: 'put_service', serviceId, priceStroops: 7n, metadata: undefined },
    })),
  });
  for (const agent of agents) {
    const items = ids.map((serviceId) => ({ kind: 'valid', item: usage(agent, serviceId) }) as const);
    await submit('fill', 'heavy', { kind: 'record_usage_bulk', isAtomic: false, items });
  }
  ended.length = 0;
  return { ...engine, ledger, submit, ended };
}

function webhook(number: number, events: Webhook['events']): Command {
  const url = `https://example.com/${number}`;
  return { kind: 'create_webhook', url, events, secret: '', keptSecret: 'secret', challenge: undefined };
}

function bodyOf(outcome: Outcome) {
  assert.equal(outcome.kind, 'answered');
  return JSON.parse(String(outcome.response.body));
}

test('a settle/bulk is weighed by the accounts of its agent, and committed in a batch of its weight', async (t) => {
  const { submit, ended, books } = await start(t);
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

test('a bulk weighs more while its items go to many webhooks, and no more than before when these are gone', async (t) => {
  const { submit, ended } = await start(t);
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
  // The server learns from the first bulk how many webhooks get its items.
  await bulk();
  assert.deepEqual(await together(), [60, 60, 60]);
  for (const webhookId of webhookIds) await submit('webhook', 'heavy', { kind: 'delete_webhook', webhookId });
  await bulk();
  assert.deepEqual(await together(), [180, 180, 180]);
});

test('a write to an account with many price versions weighs more than one to an account with few', async (t) => {
  const { submit, ended, executor } = await start(t);
  const many: Command = { kind: 'record_usage', item: usage('many') };
  for (let version = 0; version < 200; version++) {
    const price: Command = { kind: 'set_price', serviceId: 'service-0', priceStroops: BigInt(version + 8) };
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
  const { submit, books } = await start(t);
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

test('a command that scans many entries for reversals is weighed by them, and then carried out', async (t) => {
  const { submit, ended, books } = await start(t);
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
  // Nothing was ever taken back: nothing is looked through.
  assert.deepEqual((await weights('settle', [settle])).items, [1]);
  const entries = await books.entriesOf({ tenant: 'heavy', ...account }, 2_000, 2_001, 1);
  const entryId = String(entries[0]?.id);
  await submit('reverse', 'heavy', { kind: 'reverse_entry', entryId, reason: 'wrong' });
  // 1,999 entries come after the third one; there is room for a tenth more and ten, and 200 weigh as much as an item.
  const settled = await weights('settle', [{ ...settle, through: 3 }]);
  assert.deepEqual(settled.items, [12]);
  assert.equal(settled.bodies[0].requests, 6);
  const cleared = await weights('clear', [{ kind: 'clear_account', ...account }]);
  assert.deepEqual(cleared.items, [12]);
  assert.deepEqual(cleared.bodies, [{ ...account, clearedTotal: 5_991 }]);
});

test('another tenant writes between heavy commands, no matter how many are queued', async (t) => {
  const { submit, ended } = await start(t);
  const heavy = () => ended.filter(({ what }) => what !== 'light').length;
  const settling = Promise.all(agents.map((agent) => submit(agent, 'heavy', settle(agent))));
  const waits: number[] = [];
  while (heavy() < agents.length) {
    const before = heavy();
    await submit('light', 'light', single);
    waits.push(heavy() - before);
  }
  await settling;
  // The one that is being committed, and one that fits into a commit of the writer together with the write.
  assert.ok(
    waits.every((count) => count <= 2),
    waits.join(),
  );
});

test('a settle/bulk that was weighed twice settles once with its key, and the same request replays', async (t) => {
  const { submit } = await start(t);
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

test('if an agent gets accounts while its settle/bulk waits, all of them are settled', async (t) => {
  const { submit } = await start(t);
  const more = Array.from(
    { length: accounts },
    (_, number) => ({ kind: 'valid', item: usage('agent-0', `more-${number}`) }) as const,
  );
  const [, settled] = await Promise.all([
    submit('more', 'heavy', { kind: 'record_usage_bulk', isAtomic: false, items: more }),
    submit('settle', 'heavy', settle('agent-0')),
  ]);
  const { items, skipped } = bodyOf(settled);
  // The services of the new accounts have no price: they are skipped by name, and none is forgotten.
  assert.deepEqual([items.length, skipped.length], [accounts, accounts]);
});

test('while bulks arrive without end, most writes of another tenant wait for none of them', async (t) => {
  const { executor } = await openEngine(t);
  const ledger = new Ledger(executor, {
    nowMs: Date.now,
    passTurn: () => new Promise((pass) => setImmediate(pass)),
  });
  const batches: number[] = [];
  const write = async (tenant: string, command: Command) => {
    const outcome = await ledger.submit({ tenant, key: undefined, command }, ({ batch }) => {
      if (tenant === 'light') batches.push(batch.items);
    });
    assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
  };
  const items = Array.from({ length: 1_000 }, () => ({ kind: 'valid', item: usage('agent-0') }) as const);
  const bulksMax = 4;
  let bulks = 0;
  const heavy = Array.from({ length: 6 }, async () => {
    while (bulks < bulksMax) {
      await write('heavy', { kind: 'record_usage_bulk', isAtomic: false, items });
      bulks += 1;
    }
  });
  const waits: number[] = [];
  const light = Array.from({ length: 4 }, async () => {
    while (bulks < bulksMax) {
      const before = bulks;
      await write('light', single);
      waits.push(bulks - before);
    }
  });
  await Promise.all([...light, ...heavy]);
  const none = waits.filter((count) => count === 0).length;
  assert.ok(none >= waits.length * 0.6, `${none} of ${waits.length} waited for no bulk`);
  assert.ok(Math.max(...batches) < 500, 'no write shares a commit with a bulk');
  assert.ok(waits.length >= 4 * bulksMax, `${waits.length} writes beside ${bulksMax} bulks`);
});

/** Accounts of one agent, with nothing to settle: put into the books behind the server's back. */
function accountsSql(databaseUrl: string, count: number): string {
  const service = "'service-' || number";
  return databaseUrl.startsWith('file:')
    ? `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${count})
       INSERT INTO accounts (tenant, agent, service_id, sequence, settled_through, settlements, recorded_requests,
         settled_requests, settled_stroops)
       SELECT 'acme', 'many', ${service}, 1, 0, 0, 0, 0, 0 FROM numbers`
    : `INSERT INTO accounts (tenant, account, agent, service_id, sequence)
       SELECT 'acme', gen_random_uuid(), 'many', ${service}, 1 FROM generate_series(1, ${count}) AS number`;
}

test('an agent with 10,000 accounts is settled, and one with 10,001 is refused, never settled in part', async (t) => {
  const { executor, databaseUrl } = await openEngine(t);
  const outcome = async () => {
    const command: Command = { kind: 'settle_bulk', agent: 'many' };
    const submissions = [{ tenant: 'acme', key: undefined, command }];
    const [first] = await executor.execute({ submissions, nowMs: Date.now() });
    return first?.kind === 'refused' ? first.refusal.code : first?.kind;
  };
  await runSql(databaseUrl, accountsSql(databaseUrl, settleBulkAccountsMax + 1));
  assert.equal(await outcome(), 'limit_exceeded');
  await runSql(databaseUrl, "DELETE FROM accounts WHERE service_id = 'service-1'");
  assert.equal(await outcome(), 'answered');
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

test('batches that are committed together use the time of the last one', async (t) => {
  const { executor, books, databaseUrl } = await openEngine(t);
  // PostgreSQL decides by the clock of the database.
  if (!databaseUrl.startsWith('file:')) return;
  const lastMs = Date.now();
  const batches = [lastMs - 2_000, lastMs - 1_000, lastMs].map((nowMs) => ({
    submissions: [{ tenant: 'acme', key: undefined, command: single }],
    nowMs,
  }));
  const committed: number[] = [];
  const outcomes = await executeTogether(batches, executor, (items) => committed.push(items));
  assert.deepEqual(committed, [3]);
  assert.deepEqual(
    outcomes.map((own) => own.map(({ kind }) => kind)),
    [['answered'], ['answered'], ['answered']],
  );
  const key = { tenant: 'acme', agent: 'agent-7', serviceId: 'service-0' };
  const entries = await books.entriesOf(key, 0, 10, 10);
  assert.deepEqual(
    entries.map(({ recordedAtMs }) => recordedAtMs),
    [lastMs, lastMs, lastMs],
  );
});
