import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from './listen.ts';

/** The data of a caller in a stand-in for AgentPay. */
export interface StandInBook {
  services: Record<string, unknown>[];
  items: { agent: string; serviceId: string; total: number }[];
}

/** The data of a stand-in for AgentPay. */
export interface StandInState {
  paused: boolean;
  keyless: StandInBook;
  /** by API key; an unknown key counts as no key, as in AgentPay */
  byKey: Record<string, StandInBook>;
  webhooks: { id: string; url: string; events: string[]; createdAt: number }[];
  apiKeys: { prefix: string; label: string; createdAt: number }[];
  /** how many requests it answers with 429 before it answers others, as AgentPay does above its rate limit */
  limitedRequests?: number;
}

/** Starts a server that answers only the reads of a move, as AgentPay documents them. */
export async function startStandIn(t: TestContext, state: StandInState): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    if (state.limitedRequests !== undefined && state.limitedRequests > 0) {
      state.limitedRequests -= 1;
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' });
      response.end(JSON.stringify({ error: 'rate_limited', message: 'too many requests', requestId: 'r' }));
      return;
    }
    const book = state.byKey[String(request.headers['x-api-key'])] ?? state.keyless;
    const body = request.method === 'GET' ? answer(state, book, pathname, searchParams) : undefined;
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: 'not_found', message: 'no such route', requestId: 'r' }));
  });
  return listen(t, server);
}

function answer(state: StandInState, book: StandInBook, path: string, query: URLSearchParams): unknown {
  const limit = Number(query.get('limit'));
  const from = query.has('cursor') ? Number(query.get('cursor')) : 0;
  const page = (items: readonly unknown[]) => ({
    items: items.slice(from, from + limit),
    total: items.length,
    nextCursor: from + limit < items.length ? String(from + limit) : null,
  });
  switch (path) {
    case '/api/v1/version':
      return { version: '1.0.0' };
    case '/api/v1/admin/status':
      return { paused: state.paused };
    case '/api/v1/services': {
      const [min, max] = [Number(query.get('minPrice') ?? 0), Number(query.get('maxPrice') ?? Infinity)];
      const priced = book.services.filter(
        ({ priceStroops }) => Number(priceStroops) >= min && Number(priceStroops) <= max,
      );
      return { services: priced.slice(0, limit) };
    }
    case '/api/v1/usage/export.json':
      return { exportedAt: 0, items: book.items };
    case '/api/v1/webhooks':
      return page(state.webhooks);
    case '/api/v1/api-keys':
      return page(state.apiKeys);
  }
  return undefined;
}
