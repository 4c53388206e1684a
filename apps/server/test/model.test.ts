import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyDigest, sha256 } from '@billonce/idempotency/core';
import fc from 'fast-check';
import type { Command } from '../src/domain/command.ts';
import type { KeyUse, Outcome } from '../src/ledger/submission.ts';
import { auditBooks } from '../src/reads/audit-books.ts';
import { openEngine } from './harness/engine.ts';
import { Model, type ModelAnswer } from './harness/model.ts';
import { rounds } from './harness/rounds.ts';
import { seedOf } from './harness/seeded-random.ts';

interface Step {
  readonly command: Command;
  readonly key: string | undefined;
}

const agent = fc.constantFrom('agent-1', 'agent-2');
const serviceId = fc.constantFrom('service-1', 'service-2');
const key = fc.option(
  fc.integer({ min: 1, max: 12 }).map((number) => `key-${number}`),
  { nil: undefined },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        agent,
        serviceId,
        requests: fc.constantFrom(1, 2, 3, 1_000_000),
        usageId: fc.option(
          fc.integer({ min: 1, max: 8 }).map((number) => `id-${number}`),
          { nil: undefined },
        ),
        occurredAtNs: fc.constant(undefined),
      })
      .map((item) => ({ kind: 'record_usage', item }) as const),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      agent,
      serviceId,
      through: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
      expectedStroops: fc.option(fc.constantFrom(0n, 7n, 14n, 21n), { nil: undefined, freq: 4 }),
      ifMatch: fc.constant(undefined),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reverse_entry' as const),
      entryId: fc.integer({ min: 0, max: 30 }).map((number) => `entry-${number}`),
      reason: fc.constant('wrong'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('clear_account' as const), agent, serviceId }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('put_service' as const),
      serviceId,
      priceStroops: fc.constantFrom(0n, 7n, 9_007_199_254n),
      metadata: fc.constant(undefined),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set_disabled' as const),
      serviceId,
      disabled: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete_service' as const), serviceId }),
  },
);
const batches = fc.array(fc.array(fc.record({ command, key }), { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 8,
});

function keyUse(sent: string, step: Step): KeyUse {
  const text = JSON.stringify(step.command, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  return {
    scope: '0'.repeat(32),
    digest: keyDigest(sent),
    madeAtMs: undefined,
    fingerprint: sha256(text),
    method: 'POST',
    path: '/',
    sealingKey: undefined,
  };
}

/** The parts of an outcome that the model speaks of. */
function modelAnswer(outcome: Outcome): ModelAnswer {
  if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.refusal.code };
  if (outcome.kind === 'fault') throw new Error(`${outcome.code}: ${outcome.facts.message}`);
  if (outcome.response.status === 204) return { kind: 'deleted' };
  const body = JSON.parse(String(outcome.response.body));
  if (body.total !== undefined) {
    return { kind: 'total', total: body.total, isDuplicate: body.status === 'duplicate' };
  }
  if (body.clearedTotal !== undefined) return { kind: 'cleared', clearedTotal: body.clearedTotal };
  if (body.reverses !== undefined) return { kind: 'reversal', requests: body.requests };
  if (body.disabled !== undefined) return { kind: 'disabled', disabled: body.disabled };
  if (body.billedStroops === undefined) return { kind: 'price' };
  return { kind: 'bill', requests: body.requests, billedStroops: body.billedStroops };
}

const noEntry = '019a7f6e-3a60-7c3e-9b1d-0123456789ab';

/** The command as the server takes it: a test names entries by number, among those that it has heard of. */
function withRealId(command: Command, ids: readonly string[]): Command {
  if (command.kind !== 'reverse_entry') return command;
  return { ...command, entryId: ids[Number(command.entryId.slice('entry-'.length))] ?? noEntry };
}

function withKnownNumber(command: Command, ids: readonly string[]): Command {
  if (command.kind !== 'reverse_entry') return command;
  const isKnown = Number(command.entryId.slice('entry-'.length)) < ids.length;
  return isKnown ? command : { ...command, entryId: 'entry-none' };
}

/** Ids of the entries that a batch made, in their order. */
function entryIds(outcomes: readonly Outcome[]): string[] {
  const locations = outcomes.flatMap((outcome) => {
    if (outcome.kind !== 'answered') return [];
    return outcome.response.headers.flatMap(([name, value]) => (name === 'location' ? [value] : []));
  });
  return locations.flatMap((location) => /\/entries\/(.+)$/.exec(location)?.[1] ?? []);
}

test('the books answer as a list of entries would, however they are cut into batches', async (t) => {
  const { executor, books } = await openEngine(t);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(batches, async (sent) => {
      runs += 1;
      // A tenant of its own begins with empty books.
      const tenant = `tenant-${runs}`;
      const model = new Model();
      const ids: string[] = [];
      for (const batch of sent) {
        const submissions = batch.map((step) => {
          const command = withRealId(step.command, ids);
          const key = step.key === undefined ? undefined : keyUse(step.key, { ...step, command });
          return { tenant, command, key };
        });
        const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
        const wanted = batch.map((step) => model.submit(withKnownNumber(step.command, ids), step.key));
        assert.deepEqual(outcomes.map(modelAnswer), wanted);
        for (const id of entryIds(outcomes)) if (!ids.includes(id)) ids.push(id);
      }
      const finding = await auditBooks(books, tenant);
      assert.deepEqual(finding.differences, []);
    }),
    { numRuns: rounds({ test: 200, prove: 5_000 }), seed: seedOf(t) },
  );
});
