import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LawServer } from '../../../src/testing/adapter-laws.ts';
import { listening } from './listening.ts';

/** A Fetch API handler that also receives the address of the client, as with Bun and Deno. */
export type ServedHandler = (request: Request, address: string | undefined) => Response | Promise<Response>;

/** Serves a Fetch API handler on real sockets, which Node itself cannot do. */
export function servingFetch(handler: ServedHandler): Promise<LawServer> {
  return listening((incoming, outgoing) => {
    const { remoteAddress } = incoming.socket;
    exchange(incoming, outgoing, (request) => handler(request, remoteAddress)).catch(() =>
      outgoing.destroy(),
    );
  });
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  const hangUp = new AbortController();
  outgoing.on('close', () => outgoing.writableFinished || hangUp.abort());
  const response = await Promise.resolve(handler(requestOf(incoming, hangUp.signal))).catch(
    () => new Response('the handler failed', { status: 500 }),
  );
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body), outgoing);
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '', rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  const body =
    method === 'GET' || method === 'HEAD' ? {} : { body: Readable.toWeb(incoming), duplex: 'half' as const };
  return new Request(`http://127.0.0.1${url}`, { method, headers, signal, ...body });
}
