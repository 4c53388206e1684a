import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { AuditedBooks, Audits } from '../../src/reads/audits.ts';
import { Audit } from '../../src/workers/audit.ts';
import { type Instance, type Instances, price, startInstances, usage } from '../harness/instances.ts';

const tenants = Array.from({ length: 30 }, (_, number) => `tenant-${String(number).padStart(2, '0')}`);

/** The audit of an instance, and which tenants it has audited. */
function auditOf({ books, audits }: Instance, { clock }: Pick<Instances, 'clock'>) {
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
    audits: noting,
    everyMs: 3_600_000,
    nowMs: () => clock.nowMs,
    log: pino({ level: 'silent' }),
    report: (sums) => reports.push(sums),
  });
  return { audit, ended, reports };
}

async function startTwo(t: Parameters<typeof startInstances>[0]) {
  const instances = await startInstances(t);
  const { first } = instances;
  for (const tenant of tenants) await first.executeFor(tenant, price(7n), usage('agent-1', undefined, 2));
  return { ...instances, one: auditOf(first, instances), other: auditOf(instances.second, instances) };
}

test('two instances share the audit: each tenant once, and both show what was found over all of them', async (t) => {
  const { client, clock, one, other } = await startTwo(t);
  await Promise.all([one.audit.runOnce(clock.nowMs - 1), other.audit.runOnce(clock.nowMs - 1)]);
  assert.deepEqual([...one.ended, ...other.ended].toSorted(), tenants);
  assert.ok(one.ended.length > 0 && other.ended.length > 0);
  // Somebody changed a total behind the server's back. Nothing is due before the hour is over.
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
  // Taken by an instance that is never heard of again.
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
