import type { Grant } from '../../src/domain/balance.ts';
import type { Hold } from '../../src/domain/hold.ts';

/** An open hold of agent `a` on service `s`, which reserves nothing, with what a test changes. */
export function exampleHold(changed: Partial<Hold> = {}): Hold {
  return {
    id: 'hold',
    place: 'hold',
    agent: 'a',
    serviceId: 's',
    asset: 'XLM',
    unitScale: 0,
    amount: 0n,
    requests: undefined,
    isPrepaid: true,
    parts: [],
    counted: undefined,
    createdAtMs: 0,
    expiresAtMs: 100,
    state: 'open',
    endedAtMs: undefined,
    wasLapsed: false,
    entryId: undefined,
    captured: undefined,
    ...changed,
  };
}

/** A grant of 10 that nothing was drawn of, with what a test changes. */
export function exampleGrant(changed: Partial<Grant> = {}): Grant {
  return {
    id: 'grant',
    number: 1,
    kind: 'grant',
    amount: 10n,
    priority: 0,
    expiresAtMs: undefined,
    note: undefined,
    reversalId: undefined,
    grantedAtMs: 0,
    drawn: 0n,
    held: 0n,
    voided: 0n,
    expired: 0n,
    ...changed,
  };
}
