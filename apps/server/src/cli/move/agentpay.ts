import type { JsonClient } from './json-client.ts';
import { refusalOf } from './json-client.ts';
import { countOf, listOf, memberOf, textOf } from './json-members.ts';
import { MoveFault } from './move-fault.ts';

/** A service as AgentPay returns it. */
export interface SourceService {
  readonly serviceId: string;
  readonly priceStroops: number;
  readonly disabled: boolean;
  readonly description: string | undefined;
  readonly owner: string | undefined;
}

/** Outstanding requests of one agent and service. */
export interface SourceTotal {
  readonly agent: string;
  readonly serviceId: string;
  readonly total: number;
}

export interface SourceWebhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
}

/** AgentPay shows only the beginning of a key, and its label. */
export interface SourceKey {
  readonly prefix: string;
  readonly label: string;
}

const pageItems = 500;
/** AgentPay keeps at most 10,000 webhooks and 10,000 keys. */
const pagesMax = 100;
const servicesAtOnce = 1_000;
const priceMax = Number.MAX_SAFE_INTEGER;
const accountsMax = 1_000_000;

/** Reads an AgentPay. If it does not know the key, it returns what callers without a key recorded. */
export class AgentPay {
  readonly #client: JsonClient;

  constructor(client: JsonClient) {
    this.#client = client;
  }

  /** A Billonce has the same paths. */
  async isBillonce(): Promise<boolean> {
    return textOf((await this.#client.send({ path: '/version' })).json, 'name') === 'billonce';
  }

  async isPaused(): Promise<boolean> {
    const paused = memberOf(await this.#get('/admin/status'), 'paused');
    if (typeof paused !== 'boolean') throw unlike('/admin/status');
    return paused;
  }

  /** A list contains at most 1,000 services and has no next page, so the price range of a full list is halved. */
  async services(key: string | undefined, from = 0, to = priceMax): Promise<readonly SourceService[]> {
    const range = from === 0 && to === priceMax ? '' : `&minPrice=${from}&maxPrice=${to}`;
    const list = listOf(await this.#get(`/services?limit=${servicesAtOnce}${range}`, key), 'services');
    if (list === undefined) throw unlike('/services');
    if (list.length < servicesAtOnce) return list.map(parseService);
    if (from === to) {
      throw new MoveFault(
        `AgentPay has ${servicesAtOnce} services or more at the price ${from}, and lists no more of them`,
      );
    }
    const middle = from + Math.floor((to - from) / 2);
    return [...(await this.services(key, from, middle)), ...(await this.services(key, middle + 1, to))];
  }

  /** Every account with something outstanding. */
  async totals(key: string | undefined): Promise<readonly SourceTotal[]> {
    const list = listOf(await this.#get('/usage/export.json', key), 'items');
    if (list === undefined || list.length > accountsMax) throw unlike('/usage/export.json');
    return list.map(parseTotal).filter(({ total }) => total > 0);
  }

  async webhooks(): Promise<readonly SourceWebhook[]> {
    return (await this.#pages('/webhooks')).map(parseWebhook);
  }

  async keys(): Promise<readonly SourceKey[]> {
    return (await this.#pages('/api-keys')).map(parseKey);
  }

  async #pages(path: string): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    let cursor = '';
    for (let page = 0; page < pagesMax; page += 1) {
      const answer = await this.#get(`${path}?limit=${pageItems}${cursor}`);
      const list = listOf(answer, 'items');
      if (list === undefined) throw unlike(path);
      items.push(...list);
      const next = textOf(answer, 'nextCursor');
      if (next === undefined) return items;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
    throw new MoveFault(`AgentPay's ${path} does not end after ${pagesMax} pages`);
  }

  async #get(path: string, key?: string): Promise<unknown> {
    const headers = key === undefined ? {} : { 'x-api-key': key };
    const { status, json } = await this.#client.send({ path, headers });
    if (status !== 200) throw new MoveFault(`AgentPay answers GET ${path} with ${refusalOf(status, json)}`);
    return json;
  }
}

function unlike(path: string): MoveFault {
  return new MoveFault(`${path} is not answered as AgentPay does; check the URL`);
}

function parseService(value: unknown): SourceService {
  const serviceId = textOf(value, 'serviceId');
  const priceStroops = countOf(value, 'priceStroops');
  const disabled = memberOf(value, 'disabled');
  if (serviceId === undefined || priceStroops === undefined || typeof disabled !== 'boolean') {
    throw unlike('/services');
  }
  return {
    serviceId,
    priceStroops,
    disabled,
    description: textOf(value, 'description'),
    owner: textOf(value, 'owner'),
  };
}

function parseTotal(value: unknown): SourceTotal {
  const agent = textOf(value, 'agent');
  const serviceId = textOf(value, 'serviceId');
  const total = countOf(value, 'total');
  if (agent === undefined || serviceId === undefined || total === undefined) {
    throw unlike('/usage/export.json');
  }
  return { agent, serviceId, total };
}

function parseWebhook(value: unknown): SourceWebhook {
  const id = textOf(value, 'id');
  const url = textOf(value, 'url');
  const events = (listOf(value, 'events') ?? []).filter((event) => typeof event === 'string');
  if (id === undefined || url === undefined) throw unlike('/webhooks');
  // AgentPay may return an event twice in one list.
  return { id, url, events: [...new Set(events)].toSorted() };
}

function parseKey(value: unknown): SourceKey {
  const prefix = textOf(value, 'prefix');
  if (prefix === undefined) throw unlike('/api-keys');
  return { prefix, label: textOf(value, 'label') ?? '' };
}
