import { defaultLimits, type Plan } from '../../src/plan.ts';

/** A plan for a small server, fast enough for a test. */
export function planFor(url: string, changes: Partial<Plan> = {}): Plan {
  return {
    url: new URL(url),
    allowedHosts: [],
    second: undefined,
    profile: 'default',
    keyHeader: undefined,
    isKeyRequired: false,
    method: 'POST',
    headers: [
      ['Content-Type', 'application/json'],
      ['Authorization', 'Bearer one'],
    ],
    body: Buffer.from('{"amount":5,"currency":"eur"}'),
    vary: undefined,
    otherCaller: [],
    payment: [],
    paymentCommand: undefined,
    badBody: undefined,
    failingBody: undefined,
    count: undefined,
    countHeaders: [],
    start: undefined,
    expiresAfterMs: undefined,
    only: [],
    skip: [],
    failOn: 'SHOULD',
    seed: 'test',
    ...changes,
    limits: {
      ...defaultLimits,
      concurrency: 5,
      perSecond: 1_000,
      patienceMs: 300,
      settleMs: 3,
      ...changes.limits,
    },
  };
}
