import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Api } from './api.ts';
import { type InProcess, startInProcess } from './in-process.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** The receivers of tests are on this machine. */
export const openTargets = { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true', WEBHOOK_TIMEOUT_MS: '300' };

/** A delivery as the API lists it. */
export interface Listed {
  readonly type: string;
  readonly state: string;
  readonly lastAttempt: { readonly outcome: string } | null;
}

/** A server with a webhook. */
export interface Hooked extends InProcess {
  readonly receiver: Receiver;
  readonly id: string;
  readonly secret: string;
}

/** Starts a server with a webhook and its receiver. */
export async function startHooked(
  t: TestContext,
  events: readonly string[] = ['*'],
  environment: Readonly<Record<string, string>> = {},
): Promise<Hooked> {
  const receiver = await startReceiver(t);
  const server = await startInProcess(t, { ...openTargets, ...environment });
  const made = await server.api.post('/webhooks', { url: receiver.url, events }, 'make-the-hook');
  assert.equal(made.status, 201, made.text);
  return { ...server, receiver, id: made.json.id, secret: made.json.secret };
}

/** Records usage, and returns the id of its entry. */
export async function use(api: Api, requests = 3, key?: string): Promise<string> {
  const answer = await api.post('/usage', { agent: 'a', serviceId: 's', requests }, key);
  assert.equal(answer.status, 201, answer.text);
  return answer.headers.get('location')?.split('/').at(-1) ?? '';
}

/** The deliveries of a webhook, as the API lists them. */
export async function deliveries(api: Api, id: string) {
  const { json } = await api.get(`/webhooks/${id}/deliveries`);
  return json.items;
}
