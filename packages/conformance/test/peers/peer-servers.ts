import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Idempotency } from '@node-idempotency/core';
import { MemoryStorageAdapter } from '@node-idempotency/storage-adapter-memory';
import express, { type Express, type Request } from 'express';
import { getSharedIdempotencyService, idempotency } from 'express-idempotency';

/** Adds a protected `POST /charges` to an Express API. */
type Protect = (app: Express, charge: (request: Request) => Promise<Charge>) => void;

type Incoming = Record<string, unknown>;

interface Charge {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `express-idempotency`, with its own memory adapter. */
export const expressIdempotency: Protect = (app, charge) => {
  app.use(idempotency());
  app.post('/charges', async (request, response) => {
    if (getSharedIdempotencyService().isHit(request)) return;
    const { status, body } = await charge(request);
    response.status(status).json(body);
  });
};

/** The statuses that `@node-idempotency/nestjs` gives to the errors of the core. */
const statuses: Readonly<Record<string, number>> = {
  IDEMPOTENCY_FINGERPRINT_MISSMATCH: 422,
  REQUEST_IN_PROGRESS: 409,
  IDEMPOTENCY_KEY_LEN_EXEEDED: 400,
  IDEMPOTENCY_KEY_MISSING: 400,
};

/** `@node-idempotency/core`, with its memory storage. */
export const nodeIdempotency: Protect = (app, charge) => {
  const peer = new Idempotency(new MemoryStorageAdapter(), {});
  app.post('/charges', async (request, response) => {
    const { method, path, headers, body } = request;
    const incoming = { method, path, headers, body };
    let found: Awaited<ReturnType<typeof peer.onRequest<Incoming, Incoming>>>;
    try {
      found = await peer.onRequest<Incoming, Incoming>(incoming);
    } catch (error) {
      const code = String(Reflect.get(Object(error), 'code'));
      response.status(statuses[code] ?? 500).json({ error: code });
      return;
    }
    if (found !== undefined) {
      response.status(Number(found.additional?.['status'])).json(found.body);
      return;
    }
    const made = await charge(request);
    await peer.onResponse(incoming, { body: made.body, additional: { status: made.status } });
    response.status(made.status).json(made.body);
  });
};

/** Starts the API, and returns its origin. */
export async function startPeer(t: TestContext, protect: Protect): Promise<string> {
  let executions = 0;
  const app = express();
  // Otherwise Express prints the errors that the checks cause.
  app.set('env', 'test');
  app.get('/count', (_request, response) => void response.json({ executions }));
  app.use(express.json());
  protect(app, async (request) => {
    // Simulates a payment provider, which takes some time.
    await sleep(10);
    const amount: unknown = Reflect.get(request.body ?? {}, 'amount');
    if (typeof amount !== 'number') return { status: 400, body: { error: 'invalid_request' } };
    executions += 1;
    return { status: 201, body: { charge: crypto.randomUUID(), amount } };
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
