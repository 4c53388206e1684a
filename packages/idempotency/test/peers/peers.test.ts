import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startPeerApp } from './harness/peer-app.ts';
import { casesOf, peerSubjects } from './peer-subjects.ts';
import { peerSuites } from './peer-suites.ts';

for (const { title, cases } of peerSubjects) {
  describe(`Tests of the peer ${title}`, () => {
    for (const { intent, here, check } of cases) {
      test(`${here}: ${intent}`, (t) => check((wish) => startPeerApp(t, wish)));
    }
  });
}

test('the table counts no more cases of a suite than the suite has', () => {
  for (const [peer, { rows }] of casesOf()) {
    assert.ok(rows.same + rows.option + rows.different <= (peerSuites.get(peer) ?? 0), peer);
  }
});
