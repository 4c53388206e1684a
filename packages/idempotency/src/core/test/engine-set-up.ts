import assert from 'node:assert/strict';
import { memoryStore } from '../../stores/memory.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { checkOptions } from '../check-options.ts';
import { keyDigest } from '../digest.ts';
import { IdempotencyEngine } from '../engine.ts';
import type { IdempotentRequest } from '../idempotent-request.ts';
import type { KeptResponse } from '../kept-response.ts';
import type { IdempotencyEvent } from '../observer.ts';
import type { Operation } from '../operation.ts';
import type { IdempotencyOptions } from '../options.ts';
import { scopeDigest } from '../scope.ts';
import type { IdempotencyStore } from '../store.ts';

export const ok: KeptResponse = { status: 201, headers: [['content-type', 'text/plain']], body: 'made' };
export const about = { accept: undefined, requestId: 'r-1' };
export const failed: KeptResponse = { status: 500, headers: [], body: 'oh' };

export const theSlot = { scope: scopeDigest({ kind: 'tenant', tenant: 't' }), key: keyDigest('k') };

export function request(more: Partial<IdempotentRequest> = {}): IdempotentRequest {
  return {
    method: 'POST',
    path: '/charges',
    query: '',
    ifMatch: undefined,
    body: { kind: 'raw', body: '{"a":1}', contentType: 'application/json' },
    caller: { kind: 'tenant', tenant: 't' },
    key: 'k',
    accept: undefined,
    requestId: 'r-1',
    ...more,
  };
}

export function setUp(options: Partial<IdempotencyOptions> = {}) {
  const clock = new ManualClock();
  const events: IdempotencyEvent[] = [];
  const store = options.store ?? memoryStore({ nowMs: () => clock.nowMs() });
  const engine = new IdempotencyEngine(
    checkOptions({ clock, observer: (event) => events.push(event), ...options, store }),
  );
  return { clock, events, store, engine };
}

export async function executed(
  engine: IdempotencyEngine,
  more: Partial<IdempotentRequest> = {},
): Promise<Operation> {
  const begun = await engine.begin(request(more));
  if (begun.kind === 'execute') return begun.operation;
  throw new assert.AssertionError({ message: `an execution was expected: ${JSON.stringify(begun)}` });
}

export async function answered(engine: IdempotencyEngine, more: Partial<IdempotentRequest> = {}) {
  const begun = await engine.begin(request(more));
  if (begun.kind !== 'answer')
    throw new assert.AssertionError({ message: `an answer was expected: ${begun.kind}` });
  const { status, body } = begun.response;
  return { status, body: String(body), headers: Object.fromEntries(begun.response.headers) };
}

/** Lets all pending work run that does not wait for the clock. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export const errorOf = (answer: { body: string }): unknown => JSON.parse(answer.body).error;

/** A store with some verbs replaced. */
export function storeWith(store: IdempotencyStore, verbs: Partial<IdempotencyStore>): IdempotencyStore {
  return {
    claim: (slot, more) => store.claim(slot, more),
    renew: (slot, token, leaseMs) => store.renew(slot, token, leaseMs),
    complete: (slot, token, completion) => store.complete(slot, token, completion),
    release: (slot, token) => store.release(slot, token),
    inspect: (slot) => store.inspect(slot),
    ...verbs,
  };
}

/** A UUIDv7 of a time. */
export function keyOf(timeMs: number): string {
  const hex = timeMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8abc-0123456789ab`;
}
