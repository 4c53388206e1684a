import { describe, test } from 'node:test';
import { startPeerApp } from './harness/peer-app.ts';
import { peerSubjects } from './peer-subjects.ts';

for (const { title, cases } of peerSubjects) {
  describe(`What peers test of ${title}`, () => {
    for (const { intent, here, check } of cases) {
      test(`${here}: ${intent}`, (t) => check((wish) => startPeerApp(t, wish)));
    }
  });
}
