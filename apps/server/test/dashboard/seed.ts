import assert from 'node:assert/strict';
import type { Api, ApiAnswer } from '../harness/api.ts';

/** Things of the books that the pages are opened with. */
export interface Seeded {
  readonly billId: string;
  readonly webhookId: string;
}

async function made(answer: Promise<ApiAnswer>): Promise<ApiAnswer> {
  const { status, text } = await answer;
  assert.ok(status >= 200 && status < 300, `${status} ${text}`);
  return answer;
}

/** For how long the usage of the books was recorded. */
export const seededMs = 22 * 3_600_000;
const bulks = 44;
const services = ['search', 'llm/input-tokens', 'llm/output-tokens', 'images'];

/** Usage as it comes in: more by day than by night, and every third report twice, because its answer was lost. */
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

/** Books with a bit of everything: prices that changed, retries, a reversal, a credit, bills, a webhook. */
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
  const hook = await made(
    api.post('/webhooks', { url: 'https://billing.example/hooks', events: ['usage.settled'] }),
  );
  await made(api.post(`/webhooks/${hook.json.id}/test`, {}));
  return { billId: bill.json.settlementId, webhookId: hook.json.id };
}
