import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RecentReplays } from '../ledger/recent-replays.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';
import { type SharedMemory, SharedNumber, SharedScopes, SharedTally, sharedMemory } from './shared-memory.ts';

test('threads that take places at the same time get exactly as many as exist', async () => {
  const memory = sharedMemory();
  const max = 1_000;
  const taken = await Promise.all([1, 2, 3].map(() => takenByThread(memory, max)));
  assert.equal(
    taken.reduce((sum, one) => sum + one, 0),
    max,
  );
  const tally = new SharedTally(memory);
  assert.equal(tally.take('place', max), false);
  tally.giveBack('place');
  assert.deepEqual([tally.take('place', max), tally.take('place', max)], [true, false]);
  assert.equal(tally.take('another place', 1), true);
});

/** Returns how many of 600 places another thread gets. */
async function takenByThread(memory: SharedMemory, max: number): Promise<number> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ SharedTally }) => {
      const tally = new SharedTally(workerData.memory);
      let taken = 0;
      for (let tries = 0; tries < 600; tries++) if (tally.take('place', workerData.max)) taken += 1;
      parentPort.postMessage(taken);
    });`;
  const module = new URL('shared-memory.ts', import.meta.url).href;
  const worker = new Worker(code, { eval: true, workerData: { memory, max, module } });
  return await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('a number that one thread changes is changed for the other threads', () => {
  const memory = sharedMemory();
  const [one, other] = [new SharedNumber(memory, 'key_changes'), new SharedNumber(memory, 'key_changes')];
  one.advance();
  one.advance();
  other.retreat();
  assert.deepEqual([one.value, other.value], [1, 1]);
  assert.equal(new SharedNumber(memory, 'failing_threads').value, 0);
});

function submissionWith(digest: string): Submission {
  const item = { agent: 'a', serviceId: 's', requests: 3, usageId: undefined, occurredAtNs: undefined };
  const key = {
    scope: 'aa',
    digest,
    madeAtMs: undefined,
    fingerprint: 'f',
    method: 'POST',
    path: '/',
    sealingKey: undefined,
  };
  return { tenant: 'acme', command: { kind: 'record_usage', item }, key };
}

const answer: Outcome = {
  kind: 'answered',
  response: { status: 201, headers: [], body: 'answer' },
  replayed: false,
  remembered: { expiresAtMs: 1_000, isReplayable: true, spared: undefined },
};

/** The replays that two threads keep, if a scope keeps three answers. */
function ofTwoThreads(): readonly [RecentReplays, RecentReplays] {
  const memory = sharedMemory();
  const cap = { answersMax: 3, bytesMax: 1_000_000 };
  return [new RecentReplays(cap, new SharedScopes(memory)), new RecentReplays(cap, new SharedScopes(memory))];
}

test('answers of another thread count toward the cap of a scope', () => {
  const [one, other] = ofTwoThreads();
  one.note(submissionWith('1'), answer);
  for (const digest of ['2', '3']) other.note(submissionWith(digest), answer);
  assert.notEqual(one.find(submissionWith('1'), 0), undefined);
  other.note(submissionWith('4'), answer);
  assert.equal(one.find(submissionWith('1'), 0), undefined);
  assert.notEqual(other.find(submissionWith('2'), 0), undefined);
});

test('after an unknown outcome on one thread, no thread replays its earlier answers from memory', () => {
  const [one, other] = ofTwoThreads();
  one.note(submissionWith('1'), answer);
  other.note(submissionWith('2'), { kind: 'fault', code: 'outcome_unknown', facts: { message: '' } });
  assert.equal(one.find(submissionWith('1'), 0), undefined);
  one.note(submissionWith('3'), answer);
  assert.notEqual(one.find(submissionWith('3'), 0), undefined);
});
