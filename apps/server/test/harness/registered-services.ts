import assert from 'node:assert/strict';
import type { Api } from './api.ts';

export const usage = (more: object = {}) => ({ agent: 'agent-7', serviceId: 'search', requests: 3, ...more });

export async function register(
  api: Api,
  serviceId: string,
  priceStroops: number,
  more: object = {},
): Promise<void> {
  const answer = await api.post('/services', { serviceId, priceStroops, ...more });
  assert.ok(answer.status === 200 || answer.status === 201, answer.text);
}

export async function assertAudited(api: Api): Promise<void> {
  assert.equal((await api.get('/audit')).json.ok, true);
}
