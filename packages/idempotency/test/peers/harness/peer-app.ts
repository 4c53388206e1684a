import type { TestContext } from 'node:test';
import express, { type RequestHandler } from 'express';
import { idempotency } from '../../../src/adapters/express.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { header, send, type WireRequest } from '../../../src/testing/adapter-laws/wire.ts';
import { listening } from '../../adapters/harness/listening.ts';
import type { AppWish, PeerAnswer, PeerApp, PeerRequest } from '../peer-case.ts';

/** Starts an app on Express, on a real socket, until the end of the test. */
export async function startPeerApp(t: TestContext, wish: AppWish = {}): Promise<PeerApp> {
  let executions = 0;
  const app = express();
  app.set('env', 'test');
  const { handle = (response, id) => response.status(201).json({ id }) } = wish;
  const handler: RequestHandler = async (request, response) => {
    await handle(response, ++executions, request);
  };
  const protection = idempotency({ store: memoryStore(), callers: 'by-address', ...wish.options });
  if (wish.protects === 'route') app.use('/charges', protection);
  else app.use(protection);
  app.use(express.json(), express.text({ type: 'text/plain' }), handler);
  const server = await listening(app);
  t.after(() => server.close());
  const wireOf = (request: PeerRequest = {}) => toWire(request);
  return {
    executions: () => executions,
    send: async (request) => answerOf(await send(server.port, await wireOf(request))),
    sendAndHangUp(request = {}) {
      const aborting = new AbortController();
      const { method = 'POST', path = '/charges', key = 'k', body } = request;
      const url = `http://127.0.0.1:${server.port}${path}`;
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': String(key) };
      const json = JSON.stringify(body ?? { amount: 1 });
      fetch(url, { method, headers, body: json, signal: aborting.signal }).catch(() => undefined);
      return () => aborting.abort();
    },
  };
}

async function toWire(request: PeerRequest): Promise<WireRequest> {
  const { method = 'POST', path = '/charges', key = 'k', headers = {} } = request;
  const { type, bytes } = await encoded(method === 'GET' ? undefined : request);
  const keys = key === null ? [] : [key].flat();
  const lines = { ...(type === undefined ? {} : { 'Content-Type': type }), ...headers };
  return {
    method,
    path,
    headers: [...Object.entries(lines), ...keys.map((value) => ['Idempotency-Key', value] as const)],
    body: bytes,
  };
}

async function encoded(request: PeerRequest | undefined) {
  if (request === undefined) return { type: undefined, bytes: '' };
  const body = 'body' in request ? request.body : { amount: 1 };
  if (body === undefined) return { type: undefined, bytes: '' };
  if (typeof body === 'string') return { type: 'text/plain', bytes: body };
  if (!(body instanceof FormData)) return { type: 'application/json', bytes: JSON.stringify(body) };
  const form = new Response(body);
  return { type: form.headers.get('content-type') ?? undefined, bytes: await form.bytes() };
}

function answerOf(answer: Awaited<ReturnType<typeof send>>): PeerAnswer {
  const isReplay =
    header(answer, 'idempotency-replayed') === 'true' || header(answer, 'idempotent-replayed') === 'true';
  return {
    status: answer.status,
    header: (name) => header(answer, name),
    text: answer.body.toString(),
    isReplay,
  };
}
