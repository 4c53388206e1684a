import type { TestContext } from 'node:test';
import express from 'express';
import { idempotency } from '../../../src/adapters/express.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { listening } from '../../adapters/harness/listening.ts';

/** A charging server that executes the first request, and breaks its connection instead of sending the answer. */
export interface LosingServer {
  readonly url: string;
  /** the number of charges, and the number of requests */
  readonly counts: { charges: number; requests: number };
}

/** Starts such a server, until the end of the test. */
export async function startLosingServer(t: TestContext): Promise<LosingServer> {
  const counts = { charges: 0, requests: 0 };
  const app = express();
  app.set('env', 'test');
  app.use((request, response, next) => {
    counts.requests++;
    // This runs before the protection, so the answer is lost after it was stored.
    if (counts.requests === 1) Object.assign(response, { end: () => request.socket.destroy() });
    next();
  });
  app.use(idempotency({ store: memoryStore(), callers: 'by-address', requireKey: true }), express.json());
  app.post('/charges', (request, response) => {
    response.status(201).json({ charge: ++counts.charges, amount: request.body.amount });
  });
  const server = await listening(app);
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.port}`, counts };
}
