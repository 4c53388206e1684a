import assert from 'node:assert/strict';
import type { Api, ApiAnswer } from './api.ts';

export const account = { agent: 'agent-7', serviceId: 'search' };

const idOf = (answer: ApiAnswer) => answer.headers.get('location')?.split('/').at(-1) ?? '';
export const record = async (api: Api, requests: number) =>
  idOf(await api.post('/usage', { ...account, requests }));
export const price = (api: Api, priceStroops: number) =>
  api.post('/services', { serviceId: account.serviceId, priceStroops });
export const reverse = (api: Api, id: string, key?: string) =>
  api.post(`/entries/${id}/reverse`, { reason: 'sent by mistake' }, key);
export const clear = (api: Api, key?: string) =>
  api.call('/usage/agent-7/search', { method: 'DELETE', ...(key === undefined ? {} : { key }) });
export const total = async (api: Api) => (await api.get('/usage/agent-7/search')).json.total;
export const quote = async (api: Api) => (await api.get('/billing/agent-7/search')).json;

export async function assertAudit(api: Api, wanted: object): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  assert.deepEqual({ ...audit, ...wanted }, audit);
}
