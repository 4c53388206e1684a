import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentReplays } from './recent-replays.ts';
import type { KeyUse, Outcome, Submission } from './submission.ts';

const spared = { retries: 1, requests: 3n, cost: 21n };

function submissionWith(digest: string, key: Partial<KeyUse> = {}, tenant = 'acme'): Submission {
  const item = { agent: 'a', serviceId: 's', requests: 3, usageId: undefined, occurredAtNs: undefined };
  const use = {
    scope: 'aa',
    digest,
    madeAtMs: undefined,
    fingerprint: 'f',
    method: 'POST',
    path: '/api/v1/usage',
    sealingKey: undefined,
  };
  return { tenant, command: { kind: 'record_usage', item }, key: { ...use, ...key } };
}

function answer(body: string, isReplayable = true): Outcome {
  return {
    kind: 'answered',
    response: { status: 201, headers: [], body },
    replayed: false,
    remembered: { expiresAtMs: 1_000, isReplayable, spared },
  };
}

function filled(answersMax = 100, bytesMax = 1_000_000): RecentReplays {
  const replays = new RecentReplays({ answersMax, bytesMax });
  replays.note(submissionWith('1'), answer('first'));
  return replays;
}

test('a retry gets the answer that was committed, until it expires', () => {
  const found = filled().find(submissionWith('1'), 999);
  assert.deepEqual(found, {
    kind: 'answered',
    response: { status: 201, headers: [], body: 'first' },
    replayed: true,
    spared,
  });
  assert.equal(filled().find(submissionWith('1'), 1_000), undefined);
});

test('a submission that does not match exactly is left to the writer', () => {
  const notFound: readonly Submission[] = [
    submissionWith('2'),
    submissionWith('1', { fingerprint: 'other' }),
    submissionWith('1', { scope: 'bb' }),
    submissionWith('1', { sealingKey: 'ee' }),
    submissionWith('1', {}, 'other tenant'),
    { ...submissionWith('1'), key: undefined },
  ];
  for (const submission of notFound) assert.equal(filled().find(submission, 0), undefined);
});

test('only committed answers that a key remembers are kept', () => {
  const replays = new RecentReplays({ answersMax: 100, bytesMax: 1_000 });
  const notKept: readonly Outcome[] = [
    { kind: 'answered', response: { status: 200, headers: [], body: 'not remembered' }, replayed: false },
    { kind: 'refused', refusal: { code: 'not_found', message: '' } },
    { kind: 'fault', code: 'storage_unavailable', facts: { message: '' } },
    answer('of a bulk', false),
    answer('x'.repeat(20_000)),
  ];
  for (const [index, outcome] of notKept.entries()) {
    replays.note(submissionWith(`${index}`), outcome);
    assert.equal(replays.find(submissionWith(`${index}`), 0), undefined);
  }
});

test('an answer beyond the cap of its scope is not replayed from memory', () => {
  const byCount = filled(2);
  byCount.note(submissionWith('2'), answer('second'));
  assert.ok(byCount.find(submissionWith('1'), 0));
  // An answer that is not kept here counts too. An answer of another scope does not count.
  byCount.note(submissionWith('9', { scope: 'bb' }), answer('elsewhere'));
  byCount.note(submissionWith('3'), answer('of a bulk', false));
  assert.equal(byCount.find(submissionWith('1'), 0), undefined);
  assert.ok(byCount.find(submissionWith('2'), 0));

  const byBytes = filled(100, 200);
  byBytes.note(submissionWith('2'), answer('x'.repeat(190)));
  assert.equal(byBytes.find(submissionWith('1'), 0), undefined);
});

test('after an unknown outcome no answer is replayed from memory', () => {
  const replays = filled();
  replays.note(submissionWith('2'), { kind: 'fault', code: 'outcome_unknown', facts: { message: '' } });
  assert.equal(replays.find(submissionWith('1'), 0), undefined);
});

test('memory is bounded: answers that were not requested for a long time are forgotten', () => {
  const replays = filled(1_000_000, 1_000_000_000);
  const body = 'x'.repeat(10_000);
  for (let number = 2; number < 5_000; number++) {
    replays.note(submissionWith(`${number}`), answer(body));
    assert.ok(replays.find(submissionWith('2'), 0), 'it is asked for again and again');
  }
  assert.equal(replays.find(submissionWith('1'), 0), undefined);
});
