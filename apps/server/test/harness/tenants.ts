import assert from 'node:assert/strict';
import type { Api } from './api.ts';

/** The current use of one of a tenant's budgets; 0 if the metric does not list the tenant. */
export async function budgetUsed(api: Api, budget: string, tenant: string): Promise<number> {
  const { text } = await api.get('/metrics', asAdmin);
  const start = `billonce_tenant_budget_used{budget="${budget}",tenant="${tenant}"} `;
  const line = text.split('\n').find((one) => one.startsWith(start));
  return Number(line?.slice(start.length) ?? 0);
}

export const adminKey = 'tests-7Hq2vXk9RmZ4pLw8TnBd';
export const asAdmin = { 'x-api-key': adminKey };

/** The same API with additional headers on every request. */
export function withHeaders(api: Api, headers: Readonly<Record<string, string>>): Api {
  const call: Api['call'] = (path, request = {}) =>
    api.call(path, { ...request, headers: { ...headers, ...request.headers } });
  return {
    url: api.url,
    call,
    get: (path, more) => call(path, { headers: more ?? {} }),
    post: (path, body, key, more) =>
      call(path, { body, headers: more ?? {}, ...(key === undefined ? {} : { key }) }),
  };
}

/** Creates a new API key of a tenant. */
export async function makeKey(api: Api, tenant: string): Promise<string> {
  const made = await api.post('/api-keys', { label: tenant, tenant }, undefined, asAdmin);
  assert.equal(made.status, 201, made.text);
  return String(made.json.key);
}

/** The API with a separate key of the tenant. */
export async function apiOfTenant(api: Api, tenant: string): Promise<Api> {
  return withHeaders(api, { 'x-api-key': await makeKey(api, tenant) });
}
