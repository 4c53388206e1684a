import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleHold } from '../../test/harness/example-money.ts';
import { holdEvent, holdShown } from './hold-events.ts';

const source = { nowMs: 7, nextId: () => 'id' };
const shown = {
  id: 'hold',
  agent: 'a',
  serviceId: 's',
  asset: 'XLM',
  amount: '0',
  requests: null,
  state: 'open',
  createdAt: '1970-01-01T00:00:00.000Z',
  expiresAt: '1970-01-01T00:00:00.100Z',
  endedAt: null,
  lapsed: false,
  entryId: null,
  captured: null,
};

test('a hold is shown with what it reserves, in the units of its service', () => {
  assert.deepEqual(holdShown(exampleHold()), shown);
  const hold = exampleHold({ requests: 1_500, unitScale: 3, amount: 5n * 10n ** 17n });
  assert.deepEqual(holdShown(hold), { ...shown, amount: '0.5', requests: 1_500, quantity: '1.500' });
  assert.deepEqual(holdShown(exampleHold({ requests: 3 })), { ...shown, requests: 3 });
});

test('each end of a hold has its own event, which says what it came to', () => {
  const cases = [
    [{}, 'hold.created', {}],
    [{ state: 'released', endedAtMs: 8 }, 'hold.released', {}],
    [{ state: 'lapsed', endedAtMs: 8 }, 'hold.lapsed', { lapsed: true }],
    [
      { state: 'captured', endedAtMs: 8, wasLapsed: true, entryId: 'e', captured: 10n ** 18n },
      'hold.captured',
      { lapsed: true, entryId: 'e', captured: '1' },
    ],
    [{ state: 'captured', endedAtMs: 8, captured: 0n }, 'hold.captured', { captured: '0' }],
  ] as const;
  for (const [members, type, said] of cases) {
    const { state = 'open' } = members as { readonly state?: string };
    const endedAt = state === 'open' ? null : '1970-01-01T00:00:00.008Z';
    assert.deepEqual(holdEvent(exampleHold(members), source), {
      id: 'id',
      type,
      atMs: 7,
      data: { ...shown, state, endedAt, ...said },
    });
  }
});
