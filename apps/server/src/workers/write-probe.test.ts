import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { FaultFacts } from '../fault-facts.ts';
import type { Durability } from '../ledger/storage-port.ts';
import type { Outcome } from '../ledger/submission.ts';
import { WriteProbe } from './write-probe.ts';

const durability: Durability = { engine: 'sqlite', settings: {} };
const full: FaultFacts = { engine: 'sqlite', code: 'SQLITE_FULL (13)', message: 'the disk is full' };
const faultOf = (code: 'storage_unavailable' | 'overloaded', facts: FaultFacts): Outcome => ({
  kind: 'fault',
  code,
  facts,
});

/** A probe whose writes the test ends explicitly. */
function probeByHand() {
  const writes: { readonly succeed: () => void; readonly fail: (error: Error) => void }[] = [];
  const probe = new WriteProbe({
    probeWrite: () =>
      new Promise((resolve, reject) => {
        writes.push({ succeed: () => resolve(durability), fail: reject });
      }),
    log: pino({ level: 'silent' }),
    onFault: () => undefined,
    onProbed: () => undefined,
  });
  return { probe, writes };
}

test('a write fault lasts until a probe succeeds that began after it', async () => {
  const { probe, writes } = probeByHand();
  probe.decided(faultOf('storage_unavailable', full));
  const first = probe.runOnce();
  assert.equal(probe.runOnce(), first, 'one probe at a time');
  probe.decided(faultOf('storage_unavailable', { ...full, message: 'again' }));
  writes[0]?.succeed();
  assert.equal(await first, durability);
  assert.equal(probe.fault?.message, 'again');
  const second = probe.runOnce();
  writes[1]?.succeed();
  await second;
  assert.equal(probe.fault, undefined);
});

test('a failed probe is a write fault, even without a failed write', async () => {
  const { probe, writes } = probeByHand();
  const probed = probe.runOnce();
  writes[0]?.fail(new Error('no room'));
  await assert.rejects(probed);
  assert.equal(probe.fault?.message, 'no room');
});

test('a full queue and contention with another transaction are no write faults', () => {
  const { probe } = probeByHand();
  probe.decided(faultOf('overloaded', { message: 'the queue is full' }));
  probe.decided(faultOf('storage_unavailable', { message: 'lock timeout', isContention: true }));
  assert.equal(probe.fault, undefined);
});
