// Tests one tenant's heavy commands next to another tenant's writes, by counts: what is committed together, and in
// which order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../src/domain/command.ts';
import { settleBulkAccountsMax } from '../src/domain/commands/settlements.ts';
import { executeTogether } from '../src/ledger/gathering-executor.ts';
import { Ledger } from '../src/ledger/ledger.ts';
import { openEngine } from './harness/engine.ts';
import { accounts, agents, bodyOf, settle, single, startHeavyLedger, usage } from './harness/heavy-ledger.ts';
import { runSql } from './harness/sql.ts';

test('another tenant writes between heavy commands, no matter how many are queued', async (t) => {
  const { submit, ended } = await startHeavyLedger(t);
  const heavy = () => ended.filter(({ what }) => what !== 'light').length;
  const settling = Promise.all(agents.map((agent) => submit(agent, 'heavy', settle(agent))));
  const waits: number[] = [];
  while (heavy() < agents.length) {
    const before = heavy();
    await submit('light', 'light', single);
    waits.push(heavy() - before);
  }
  await settling;
  // One command is being committed, and another one fits into the writer's commit together with the write.
  assert.ok(
    waits.every((count) => count <= 2),
    waits.join(),
  );
});

test('if an agent gets accounts while its settle/bulk waits, all of them are settled', async (t) => {
  const { submit } = await startHeavyLedger(t);
  const more = Array.from(
    { length: accounts },
    (_, number) => ({ kind: 'valid', item: usage('agent-0', `more-${number}`) }) as const,
  );
  const [, settled] = await Promise.all([
    submit('more', 'heavy', { kind: 'record_usage_bulk', isAtomic: false, items: more }),
    submit('settle', 'heavy', settle('agent-0')),
  ]);
  const { items, skipped } = bodyOf(settled);
  // The services of the new accounts have no price: each is listed as skipped, and none is missing.
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

/** Inserts accounts of one agent without outstanding usage directly into the database. */
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

test('batches that are committed together use the time of the last one', async (t) => {
  const { executor, books, databaseUrl } = await openEngine(t);
  // PostgreSQL uses the clock of the database.
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
