import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { listening } from '../../client/test/harness/listening.ts';
import type { Plan } from '../src/plan.ts';
import type { Report } from '../src/report/report.ts';
import { runConformance } from '../src/run.ts';
import { type ChargingOptions, startCharging } from './harness/charging-server.ts';
import { type Fault, plantedFaults } from './harness/faults.ts';
import { planFor } from './harness/plans.ts';

const expiresAfterMs = 250;
const triesMax = 5;

/** Runs all checks that do not need another process. */
async function check(t: TestContext, options: ChargingOptions, changes: Partial<Plan> = {}): Promise<Report> {
  const server = await startCharging({ isKeyRequired: true, ...options });
  t.after(() => server.close());
  const plan = planFor(server.url, {
    isKeyRequired: true,
    count: { kind: 'url', url: new URL(server.countUrl) },
    otherCaller: [['Authorization', 'Bearer two']],
    payment: [['X-Pay', '1']],
    failingBody: Buffer.from('{"amount":5,"fail":true}'),
    ...changes,
  });
  const result = await runConformance(plan);
  assert.ok(result.kind === 'reported', result.kind === 'not-run' ? result.reason : '');
  return result.report;
}

function idsOf({ checks }: Report, verdict: string): readonly string[] {
  return checks.filter((one) => one.verdict === verdict).map(({ id }) => id);
}

function reasonsOf({ checks }: Report): string {
  const reasons = checks.filter(({ verdict }) => verdict === 'failed' || verdict === 'inconclusive');
  return reasons.map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`).join('\n');
}

/** The options that make a fault visible. */
function optionsOf(fault: Fault | undefined): readonly [ChargingOptions, Partial<Plan>] {
  const isInFlight = fault === 'in-flight-as-423' || fault === 'in-flight-without-retry-after';
  const isLate = fault === 'late-effect';
  const expires = fault === undefined || fault === 'expiry-executes' ? expiresAfterMs : undefined;
  return [
    { fault, ...(expires === undefined ? {} : { expiresAfterMs: expires }), refusesInFlight: isInFlight },
    {
      expiresAfterMs: expires,
      only: isLate ? ['replay-once', 'late-effects'] : [],
      ...(isLate ? { limits: { ...planFor('http://127.0.0.1').limits, settleMs: 150 } } : {}),
    },
  ];
}

test('without a count, an expired request that gets the first answer again is reported as inconclusive', async (t) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(201).end('{"ok":true}'));
  });
  const url = await listening(t, server);
  const plan = planFor(url, { only: ['expiry'], expiresAfterMs: 1 });
  const result = await runConformance(plan);
  assert.ok(result.kind === 'reported');
  assert.deepEqual(idsOf(result.report, 'inconclusive'), ['expiry']);
});

test('a server that keeps its promises passes every check for which the plan has the means', async (t) => {
  for (const refusesInFlight of [false, true]) {
    const [options, plan] = optionsOf(undefined);
    const report = await check(t, { ...options, refusesInFlight }, plan);
    assert.deepEqual([idsOf(report, 'failed'), idsOf(report, 'inconclusive')], [[], []], reasonsOf(report));
    const inFlight = refusesInFlight ? [] : ['in-flight-status', 'in-flight-retry-after'];
    const others = ['key-echo', 'instances-replay', 'instances-once'];
    const restarts = ['restart-replay', 'kill-replay', 'kill-in-flight', 'kill-frees-keys'];
    assert.deepEqual(
      idsOf(report, 'not-applicable').toSorted(),
      [...inFlight, ...others, ...restarts].toSorted(),
    );
  }
});

describe('a server with one planted fault fails exactly the check of that fault', { concurrency: 4 }, () => {
  for (const [fault, reds] of Object.entries<readonly string[]>(plantedFaults)) {
    test(fault, async (t) => {
      const [options, plan] = optionsOf(faultOf(fault));
      let report = await check(t, options, plan);
      // On a busy machine, concurrent requests may arrive one after another, so that no request is in flight.
      for (let tries = 1; tries < triesMax && !hasAll(report, reds); tries++)
        report = await check(t, options, plan);
      const failed = idsOf(report, 'failed').filter((id) => reds.includes(id) || !isLateReplay(fault, id));
      assert.deepEqual(failed, reds, reasonsOf(report));
      assert.deepEqual(idsOf(report, 'inconclusive'), [], reasonsOf(report));
    });
  }
});

function hasAll(report: Report, reds: readonly string[]): boolean {
  return reds.every((id) => idsOf(report, 'failed').includes(id));
}

/**
 * On a busy machine, one of several duplicates may arrive after the first answer, so that the check reports the fault
 * too.
 */
function isLateReplay(fault: string, check: string): boolean {
  return (fault === 'replay-changes' || fault === 'executes-replays') && check === 'concurrent-once';
}

function faultOf(name: string): Fault | undefined {
  return Object.keys(plantedFaults).find((fault): fault is Fault => fault === name);
}
