import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** its `Idempotency-Key`, as it arrived */
  readonly key: string | undefined;
}

/** The reaction of a server to one request. */
export type Step = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** A real server that does one step for each request; the last step is repeated. */
export interface ScriptedServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** Starts a server that lives as long as its test. */
export async function scriptedServer(t: TestContext, ...steps: readonly Step[]): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming);
    seen.push(request);
    await steps[Math.min(seen.length, steps.length) - 1]?.(request, response);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error) => response.destroy(error));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method = '', url: path = '', headers } = incoming;
  const key = headers['idempotency-key'];
  return {
    method,
    path,
    headers,
    body: Buffer.concat(chunks),
    key: typeof key === 'string' ? key : undefined,
  };
}

/** Answers; a body that is not text is sent as JSON. */
export function answer(
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): Step {
  const isText = typeof body === 'string';
  return (_request, response) => {
    response.writeHead(status, isText ? headers : { 'content-type': 'application/json', ...headers });
    response.end(isText ? body : JSON.stringify(body));
  };
}

/** Reads the request and resets the connection: the client cannot know whether it took effect. */
export const reset: Step = (_request, response) => {
  response.socket?.resetAndDestroy();
};

/** Sends the head of an answer and a part of its body, and breaks off. */
export const breakOff: Step = (_request, response) => {
  response.writeHead(201, { 'content-type': 'text/plain', 'content-length': '1000' });
  response.write('the first part', () => response.socket?.destroy());
};
