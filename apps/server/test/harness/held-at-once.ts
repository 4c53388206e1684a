import assert from 'node:assert/strict';
import type { Api } from './api.ts';
import { inParallel } from './workload.ts';

/** Holds that are sent at once against a balance that has enough for some of them. */
export interface HeldAtOnce {
  readonly holds: number;
  readonly enoughFor: number;
}

const agent = 'agent-7';
const retryMs = 20;

/** A service, and a prepaid agent with enough for so many requests. */
export async function fund(api: Api, enoughFor: number): Promise<void> {
  await api.post('/services', { serviceId: 'llm', priceStroops: 10_000_000 }, 'service');
  await api.call(`/agents/${agent}/billing`, { method: 'PUT', body: { mode: 'prepaid' }, key: 'mode' });
  await api.post(`/agents/${agent}/grants`, { amount: String(enoughFor), id: 'payment' }, 'grant');
}

/** Sends all holds at once, each under its key until it was answered, and returns how many were accepted. */
export async function holdAtOnce(apiFor: (number: number) => Api, holds: number): Promise<number> {
  let accepted = 0;
  let number = 0;
  const next = () => (number < holds ? number++ : undefined);
  await inParallel(64, next, async (at) => {
    for (let tries = 0; ; tries++) {
      const answer = await sent(apiFor(at + tries), at);
      if (answer === 201) accepted += 1;
      if (answer === 201 || answer === 402) return;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  });
  return accepted;
}

/** The status of a hold; `undefined` if no answer came. */
async function sent(api: Api, at: number): Promise<number | undefined> {
  try {
    const body = { agent, serviceId: 'llm', requests: 1, id: `hold-${at}`, expiresInMs: 3_600_000 };
    const { status } = await api.post('/holds', body, `key-${at}`);
    return status;
  } catch {
    return undefined;
  }
}

/** Asserts that exactly as many holds are open as there was enough for, and that everything adds up. */
export async function assertHeld(api: Api, { enoughFor }: HeldAtOnce): Promise<void> {
  const { available, held, drawn } = (await api.get(`/agents/${agent}/balance`)).json;
  assert.deepEqual([available, held, drawn], ['0', String(enoughFor), '0']);
  const open = (await api.get(`/holds?agent=${agent}&state=open&limit=1000`)).json.items;
  assert.equal(open.length, enoughFor);
  await assertCapturedOnce(api, open);
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
}

/** Captures every other hold and releases the rest: what was held is drawn or free again. */
async function assertCapturedOnce(api: Api, open: readonly { readonly id: string }[]): Promise<void> {
  const left = [...open.entries()];
  await inParallel(
    16,
    () => left.pop(),
    async ([at, { id }]) => {
      const path = at % 2 === 0 ? 'capture' : 'release';
      const body = at % 2 === 0 ? { body: { requests: 1 } } : {};
      const { status } = await api.call(`/holds/${id}/${path}`, {
        method: 'POST',
        key: `end-${id}`,
        ...body,
      });
      assert.ok(status === 200 || status === 201, String(status));
    },
  );
  const { available, held, drawn } = (await api.get(`/agents/${agent}/balance`)).json;
  const captured = Math.ceil(open.length / 2);
  assert.deepEqual([available, held, drawn], [String(open.length - captured), '0', String(captured)]);
}
