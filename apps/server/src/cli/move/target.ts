import type { JsonAnswer, JsonClient } from './json-client.ts';
import { refusalOf } from './json-client.ts';
import { textOf } from './json-members.ts';
import { MoveFault } from './move-fault.ts';

/** The tenant of callers without a key in development mode. */
export const publicTenant = 'public';

/** The Billonce that receives everything. */
export class Target {
  readonly #client: JsonClient;
  readonly #apiKey: string | undefined;

  constructor(client: JsonClient, apiKey: string | undefined) {
    this.#client = client;
    this.#apiKey = apiKey;
  }

  /** @throws {MoveFault} if it is another server */
  async requireBillonce(tenant: string): Promise<void> {
    const { json } = await this.get(tenant, '/version');
    if (textOf(json, 'name') !== 'billonce') {
      throw new MoveFault('the server in --server does not answer like a Billonce server; check its URL');
    }
  }

  async get(tenant: string, path: string): Promise<JsonAnswer> {
    return await this.#client.send({ path, headers: this.#headers(tenant) }).then(accessible);
  }

  async post(tenant: string, path: string, idempotencyKey: string, body: unknown): Promise<JsonAnswer> {
    const headers = { ...this.#headers(tenant), 'idempotency-key': idempotencyKey };
    return await this.#client.send({ method: 'POST', path, headers, body }).then(accessible);
  }

  async put(tenant: string, path: string, idempotencyKey: string, body: unknown): Promise<JsonAnswer> {
    const headers = { ...this.#headers(tenant), 'idempotency-key': idempotencyKey };
    return await this.#client.send({ method: 'PUT', path, headers, body }).then(accessible);
  }

  /** For what belongs to the operator and to no tenant. */
  async postAsOperator(path: string, idempotencyKey: string, body: unknown): Promise<JsonAnswer> {
    const key = this.#apiKey === undefined ? {} : { 'x-api-key': this.#apiKey };
    const headers = { ...key, 'idempotency-key': idempotencyKey };
    return await this.#client.send({ method: 'POST', path, headers, body }).then(accessible);
  }

  /** What is kept about an idempotency key. */
  async keyState(tenant: string, idempotencyKey: string): Promise<JsonAnswer> {
    const headers = { ...this.#headers(tenant), 'idempotency-key': idempotencyKey };
    return await this.#client.send({ path: '/idempotency', headers }).then(accessible);
  }

  /** Whether the server accepts a client's key as a key of this tenant. */
  async tryKey(key: string, tenant: string): Promise<'works' | 'other_tenant' | 'unknown'> {
    const headers = { 'x-api-key': key, 'x-tenant': tenant };
    const { status, json } = await this.#client.send({ path: '/services?limit=1', headers });
    switch (status) {
      case 200:
        return 'works';
      case 401:
        return 'unknown';
      case 403:
        return 'other_tenant';
    }
    throw new MoveFault(`the server answers a supplied API key with ${refusalOf(status, json)}`);
  }

  /** With a key, the tenant is named; without a key there is only one tenant. */
  #headers(tenant: string): Readonly<Record<string, string>> {
    if (this.#apiKey !== undefined)
      return { 'x-api-key': this.#apiKey, 'x-tenant': tenant, 'x-tenant-create': 'true' };
    return { 'x-tenant': tenant };
  }
}

function accessible(answer: JsonAnswer): JsonAnswer {
  const { status, json } = answer;
  if (status !== 401 && status !== 403) return answer;
  throw new MoveFault(
    `the server refuses: ${refusalOf(status, json)}. Give the admin key in BILLONCE_API_KEY; without a key, only a server in development mode accepts writes, and only for the tenant ${publicTenant}`,
  );
}
