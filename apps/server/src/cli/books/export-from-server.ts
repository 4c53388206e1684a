import { bodyOf, documentOf, type ServerSource } from './ask-server.ts';

/** What to export. */
export interface ExportWish {
  readonly what: 'entries' | 'settlements';
  readonly format: 'csv' | 'jsonl';
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const pageItems = 500;

/** The export of a server, piece by piece, in the requested form. */
export function exportFromServer(
  server: ServerSource,
  wish: ExportWish,
): AsyncGenerator<string | Uint8Array> {
  const { what, format } = wish;
  const filters = filtersOf(wish);
  if (format === 'csv')
    return bodyOf(server, `${what === 'entries' ? '/entries/export' : '/settlements'}.csv?${filters}`);
  if (what === 'entries') return linesOfItems(bodyOf(server, `/entries/export.json?${filters}`));
  return linesOfPages(server, filters);
}

function filtersOf({ agent, serviceId, from, to }: ExportWish): URLSearchParams {
  const filters = new URLSearchParams();
  for (const [name, value] of Object.entries({ agent, serviceId, from, to })) {
    if (value !== undefined) filters.set(name, value);
  }
  return filters;
}

/** The server's file has one item on each line, between a line that opens the list and one that closes it. */
async function* linesOfItems(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const items = lines.filter((line) => line.startsWith('{') && line !== '{"items":[');
    yield items.map((line) => `${line.replace(/,$/, '')}\n`).join('');
  }
}

async function* linesOfPages(server: ServerSource, filters: URLSearchParams): AsyncGenerator<string> {
  const query = new URLSearchParams(filters);
  query.set('limit', String(pageItems));
  for (;;) {
    const page = await documentOf(server, `/settlements?${query}`);
    const items: unknown = typeof page === 'object' && page !== null ? Reflect.get(page, 'items') : undefined;
    if (!Array.isArray(items)) throw new Error(`${server.url} is not a Billonce server`);
    yield items.map((item) => `${JSON.stringify(item)}\n`).join('');
    const hasMore: unknown = Reflect.get(Object(page), 'hasMore');
    const cursor: unknown = Reflect.get(Object(page), 'nextCursor');
    if (hasMore === false) return;
    if (hasMore !== true || typeof cursor !== 'string') {
      throw new Error(`${server.url} is not a Billonce server`);
    }
    query.set('cursor', cursor);
  }
}
