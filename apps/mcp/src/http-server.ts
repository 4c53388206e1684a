import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { HttpOptions } from './options.ts';

const path = '/mcp';
const requestTimeoutMs = 60_000;

/** Listens for MCP over HTTP. Each request has a separate server, so that no data of one caller reaches another one. */
export async function listen(create: () => McpServer, { host, port, token }: HttpOptions): Promise<Server> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    answer(create, request, response, { host, token }).catch((error: unknown) => {
      console.error('billonce mcp:', error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'internal error');
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function answer(
  create: () => McpServer,
  request: IncomingMessage,
  response: ServerResponse,
  { host, token }: Pick<HttpOptions, 'host' | 'token'>,
): Promise<void> {
  const [target] = (request.url ?? '').split('?');
  if (target !== path) return refuse(response, 404, `the server is at ${path}`);
  // Without sessions there is no stream to open with GET, and none to end with DELETE.
  if (request.method !== 'POST') return refuse(response, 405, 'only POST is accepted');
  if (token !== undefined && !isToken(request.headers.authorization, token)) {
    response.setHeader('www-authenticate', 'Bearer');
    return refuse(response, 401, 'the token is missing or wrong');
  }
  const port = request.socket.localPort ?? 0;
  const server = create();
  const transport = new StreamableHTTPServerTransport({
    enableJsonResponse: true,
    // A web page in a browser on this machine must not reach the server by another name for this address.
    ...(token === undefined ? { enableDnsRebindingProtection: true, allowedHosts: hostsOf(host, port) } : {}),
  });
  response.once('close', () => {
    server.close().catch(() => undefined);
  });
  await server.connect(transport);
  await transport.handleRequest(request, response);
}

function hostsOf(host: string, port: number): string[] {
  return [host.includes(':') ? `[${host}]` : host, '127.0.0.1', 'localhost'].map((name) => `${name}:${port}`);
}

function isToken(header: string | undefined, token: string): boolean {
  return timingSafeEqual(digestOf(header ?? ''), digestOf(`Bearer ${token}`));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const error = { jsonrpc: '2.0', id: null, error: { code: -32_000, message } };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(error));
}
