import assert from 'node:assert/strict';
import type { Api, ApiAnswer } from '../harness/api.ts';

/** Objects in the books with which the pages are opened. */
export interface Seeded {
  readonly billId: string;
  readonly webhookId: string;
  /** a bill that was partly paid from a balance */
  readonly prepaidBillId: string;
}

/** A prepaid agent with every kind of movement, and limits. */
export const prepaidAgent = 'buyer-1';

async function made(answer: Promise<ApiAnswer>): Promise<ApiAnswer> {
  const { status, text } = await answer;
  assert.ok(status >= 200 && status < 300, `${status} ${text}`);
  return answer;
}

/** The span of time in which the usage was recorded. */
export const seededMs = 22 * 3_600_000;
const bulks = 44;
const services = ['search', 'llm/input-tokens', 'llm/output-tokens', 'images'];

/** Records realistic usage: more by day than by night, and every third report twice because its answer was lost. */
async function record(api: Api, clock: { nowMs: number }): Promise<void> {
  for (let bulk = 0; bulk < bulks; bulk += 1) {
    const load = 1.2 + Math.sin((bulk / bulks) * 2 * Math.PI - 1);
    const items = Array.from({ length: 12 }, (_, index) => ({
      agent: `agent-${String((bulk * 12 + index) % 37).padStart(3, '0')}`,
      serviceId: services[index % services.length],
      requests: 1 + Math.round(load * ((bulk * 7_919 + index * 104_729) % 900)),
      id: `event-${bulk * 12 + index}`,
    }));
    await made(api.post('/usage/bulk', { items }, `seed-${bulk}`));
    if (bulk % 3 === 0) await made(api.post('/usage/bulk', { items }, `seed-${bulk}`));
    clock.nowMs += seededMs / bulks;
  }
}

/** Creates credit, draws, holds of every state, limits, and a bill that was mostly paid. */
async function sellPrepaid(api: Api, clock: { nowMs: number }): Promise<string> {
  const agent = prepaidAgent;
  const put = (path: string, body: object) => made(api.call(path, { method: 'PUT', body }));
  const limit = (name: string, more: object) => put(`/limits/${name}`, { window: 'day', ...more });
  const hold = (id: string, more: object) =>
    made(api.post('/holds', { agent, serviceId: 'search', id, ...more }));
  await made(api.post('/usage', { agent, serviceId: 'search', requests: 10 }));
  await put(`/agents/${agent}/billing`, { mode: 'prepaid', overdraft: '2.5', lowAt: ['5'] });
  const expiresAt = new Date(clock.nowMs + 40 * 86_400_000).toISOString();
  await made(
    api.post(`/agents/${agent}/grants`, { amount: '25', id: 'invoice-2026-117', note: 'Order of May' }),
  );
  await made(api.post(`/agents/${agent}/grants`, { amount: '10', id: 'welcome', priority: 10, expiresAt }));
  const wrong = await made(api.post('/usage', { agent, serviceId: 'search', requests: 120 }));
  await made(
    api.post(`/entries/${wrong.headers.get('location')?.split('/').at(-1)}/reverse`, { reason: 'a mistake' }),
  );
  await made(api.post('/usage', { agent, serviceId: 'search', requests: 640 }));
  const bill = await made(api.post('/settle', { agent, serviceId: 'search' }));
  await hold('call-1', { requests: 40 });
  await made(api.post('/holds/call-1/capture', { requests: 35 }));
  await hold('call-2', { amount: '1.5', expiresInMs: 86_400_000 });
  await hold('call-3', { amount: '0.25' });
  await made(api.call('/holds/call-3/release', { method: 'POST' }));
  await limit('daily-budget', { agent: '*', max: { quantity: '50000' }, action: 'refuse', notifyAt: [0.8] });
  await limit('buyer-1-search', {
    agent,
    serviceId: 'search',
    window: 'month',
    max: { quantity: '1000' },
    action: 'notify',
  });
  return bill.json.settlementId;
}

/** Fills books with something of each kind: changed prices, retries, a reversal, a credit, bills, a webhook. */
export async function seed(api: Api, clock: { nowMs: number }): Promise<Seeded> {
  const service = (serviceId: string, priceStroops: number, more: object = {}) =>
    made(api.post('/services', { serviceId, priceStroops, ...more }));
  await service('search', 93_500, { description: 'Web search, one query', owner: 'Search team' });
  await service('llm/input-tokens', 250, { description: 'Tokens that the model reads', owner: 'Models' });
  await service('llm/output-tokens', 1_250, { description: 'Tokens that the model writes', owner: 'Models' });
  await service('images', 400_000, { description: 'One image', owner: 'Models' });
  await record(api, clock);
  const wrong = { agent: 'agent-000', serviceId: 'search', requests: 40, id: 'event-wrong' };
  const { headers } = await made(api.post('/usage', wrong, 'seed-one'));
  const bill = await made(api.post('/settle', { agent: 'agent-000', serviceId: 'search' }, 'seed-settle'));
  await made(service('search', 125_000));
  await made(api.post('/usage', { agent: 'agent-000', serviceId: 'search', requests: 1_200 }));
  const entryId = headers.get('location')?.split('/').at(-1);
  await made(api.post(`/entries/${entryId}/reverse`, { reason: 'recorded by mistake' }));
  await made(api.post('/settle/bulk', { agent: 'agent-004' }));
  await made(api.call('/services/images/disabled', { method: 'PATCH', body: { disabled: true } }));
  const prepaidBillId = await sellPrepaid(api, clock);
  const hook = await made(
    api.post('/webhooks', { url: 'https://billing.example/hooks', events: ['usage.settled'] }),
  );
  await made(api.post(`/webhooks/${hook.json.id}/test`, {}));
  return { billId: bill.json.settlementId, webhookId: hook.json.id, prepaidBillId };
}
