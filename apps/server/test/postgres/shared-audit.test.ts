import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { AuditedBooks, Audits } from '../../src/reads/audits.ts';
import { Audit } from '../../src/workers/audit.ts';
import {
  type Instance,
  type Instances,
  price,
  startInstances,
  untilWaiting,
  usage,
} from '../harness/instances.ts';

const tenants = Array.from({ length: 30 }, (_, number) => `tenant-${String(number).padStart(2, '0')}`);

/** The audit of an instance, and the tenants that it has audited. */
function auditOf({ books, jobs, audits }: Instance, { clock }: Pick<Instances, 'clock'>) {
  const ended: string[] = [];
  const reports: AuditedBooks[] = [];
  const noting: Audits = {
    take: (some, due) => audits.take(some, due),
    keep: (tenant, untilMs) => audits.keep(tenant, untilMs),
    giveUp: (tenant) => audits.giveUp(tenant),
    sums: () => audits.sums(),
    end: (tenant, found) => {
      ended.push(tenant);
      return audits.end(tenant, found);
    },
  };
  const audit = new Audit({
    books,
    jobs,
    audits: noting,
    everyMs: 3_600_000,
    nowMs: () => clock.nowMs,
    log: pino({ level: 'silent' }),
    report: (sums) => reports.push(sums),
    reportFailed: () => undefined,
  });
  return { audit, ended, reports };
}

async function startTwo(t: Parameters<typeof startInstances>[0]) {
  const instances = await startInstances(t);
  const { first } = instances;
  for (const tenant of tenants) await first.executeFor(tenant, price(7n), usage('agent-1', undefined, 2));
  return { ...instances, one: auditOf(first, instances), other: auditOf(instances.second, instances) };
}

test('two instances share the audit: each tenant once, and both show the results of all tenants', async (t) => {
  const { client, clock, one, other } = await startTwo(t);
  await Promise.all([one.audit.runOnce(clock.nowMs - 1), other.audit.runOnce(clock.nowMs - 1)]);
  assert.deepEqual([...one.ended, ...other.ended].toSorted(), tenants);
  assert.ok(one.ended.length > 0 && other.ended.length > 0);
  // A total was changed directly in the database. No audit is due within the hour.
  await client.query(`UPDATE accounts SET recorded_requests = 3 WHERE tenant = 'tenant-07'`);
  const everyMs = 3_600_000;
  assert.equal((await one.audit.runOnce(clock.nowMs - everyMs))?.differences, 0);
  clock.nowMs += everyMs;
  await one.audit.runOnce(clock.nowMs - everyMs);
  await other.audit.runOnce(clock.nowMs - everyMs);
  assert.deepEqual([...one.ended, ...other.ended].length, 2 * tenants.length);
  const [found, seen] = [one.reports.at(-1), other.reports.at(-1)];
  assert.deepEqual(found, seen);
  assert.ok(found && found.differences > 0);
  assert.deepEqual(
    [found.tenants, found.accounts, found.outstandingStroops, found.endedAtMs],
    [30, 30, 30n * 14n, clock.nowMs],
  );
});

test('a tenant whose auditor died is audited by another instance, after its time and not before', async (t) => {
  const { first, clock, other } = await startTwo(t);
  const due = { nowMs: clock.nowMs, dueBeforeMs: clock.nowMs - 1, untilMs: clock.nowMs + 60_000 };
  // This audit is taken by an instance that then disappears.
  assert.deepEqual(await first.audits.take(['tenant-03'], due), { tenant: 'tenant-03', isTaken: true });
  clock.nowMs += 59_999;
  await other.audit.runOnce();
  assert.deepEqual(
    other.ended,
    tenants.filter((tenant) => tenant !== 'tenant-03'),
  );
  clock.nowMs += 1;
  assert.equal((await other.audit.runOnce(clock.nowMs - 3_600_000))?.tenants, 30);
  assert.equal(other.ended.at(-1), 'tenant-03');
});

test('an audit recorded during a sweep stays recorded, even if the sweep rolls back', async (t) => {
  const { first, client, clock } = await startInstances(t);
  const names = Array.from({ length: 40 }, (_, number) => `tenant-${number}`);
  // The sweep creates the partition of a new day in a transaction, waits for this lock, and gives up.
  await client.query('BEGIN');
  await client.query('LOCK TABLE answers_rest IN ACCESS SHARE MODE');
  clock.nowMs += 86_400_000;
  const limits = { answerTtlMs: 86_400_000, retentionMs: 400 * 86_400_000, rowsMax: 100, cursor: undefined };
  const sweeping = first.sweepable.sweep(clock.nowMs, limits);
  await untilWaiting(client, 1);
  const due = { nowMs: clock.nowMs, dueBeforeMs: clock.nowMs, untilMs: clock.nowMs + 60_000 };
  const found = {
    accounts: 1,
    outstandingRequests: 2n,
    outstandingStroops: 14n,
    settledStroops: 0n,
    writtenOffStroops: 0n,
    balances: 0,
    availableStroops: 0n,
    openHolds: 0,
    differences: 0,
    endedAtMs: clock.nowMs,
  };
  await Promise.all(
    names.map(async (tenant) => {
      assert.deepEqual(await first.audits.take([tenant], due), { tenant, isTaken: true });
      await first.audits.end(tenant, found);
    }),
  );
  await sweeping;
  await client.query('ROLLBACK');
  assert.equal((await first.audits.sums())?.tenants, names.length);
  const { rows } = await client.query(
    'SELECT count(*)::integer AS ended FROM audits WHERE ended_at_ms IS NOT NULL',
  );
  assert.deepEqual(rows, [{ ended: names.length }]);
});
