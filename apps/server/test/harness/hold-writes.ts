import assert from 'node:assert/strict';
import type { Api } from './api.ts';
import type { Random } from './seeded-random.ts';

const agent = 'agent-with-balance';
const grantedStroops = 10_000_000_000n;
const granted = '1000';

interface OpenHold {
  readonly id: string;
  readonly requests: number;
  /** the key of the write that made it */
  readonly key: string;
}

/** Holds on the balance of a prepaid agent. Each acknowledged one is captured once, whole or in part. */
export class HoldWrites {
  readonly #random: Random;
  readonly #isAcknowledged: (key: string) => boolean;
  readonly #open: OpenHold[] = [];
  #capturedRequests = 0;

  constructor(random: Random, isAcknowledged: (key: string) => boolean) {
    this.#random = random;
    this.#isAcknowledged = isAcknowledged;
  }

  async fund(api: Api): Promise<void> {
    const mode = { method: 'PUT', body: { mode: 'prepaid' }, key: 'prepaid' };
    const answers = [
      await api.call(`/agents/${agent}/billing`, mode),
      await api.post(`/agents/${agent}/grants`, { amount: granted, id: 'payment' }, 'grant'),
    ];
    for (const { status, text } of answers) assert.ok(status === 200 || status === 201, text);
  }

  next(key: string, serviceId: string): { readonly path: string; readonly body: object } {
    const at = this.#open.findIndex((hold) => this.#isAcknowledged(hold.key));
    const [known] = at >= 0 && this.#random.below(2) === 0 ? this.#open.splice(at, 1) : [];
    if (known !== undefined) {
      const requests = 1 + this.#random.below(known.requests);
      this.#capturedRequests += requests;
      return { path: `/holds/${known.id}/capture`, body: { requests } };
    }
    const hold = { id: `hold-${key}`, requests: 1 + this.#random.below(9), key };
    this.#open.push(hold);
    const { id, requests } = hold;
    return { path: '/holds', body: { agent, serviceId, requests, id, expiresInMs: 86_400_000 } };
  }

  /** What all captures come to when each took effect once. */
  get capturedRequests(): number {
    return this.#capturedRequests;
  }

  /** Asserts the balance when each hold and each capture took effect once. */
  async assertBalance(api: Api, priceStroops: number): Promise<void> {
    const held = this.#open.reduce((sum, { requests }) => sum + BigInt(requests * priceStroops), 0n);
    const drawn = BigInt(this.#capturedRequests * priceStroops);
    const { json } = await api.get(`/agents/${agent}/balance`);
    const amounts = [json.available, json.held, json.drawn].map(stroopsOf);
    assert.deepEqual(amounts, [grantedStroops - held - drawn, held, drawn]);
  }
}

function stroopsOf(amount: string): bigint {
  const [whole = '', places = ''] = amount.split('.');
  return BigInt(whole + places.padEnd(7, '0'));
}
