import { idempotency } from '@billonce/idempotency/hono';
import { memoryStore } from '@billonce/idempotency/memory';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { nodeIdempotency } from './peer.ts';
import { type Protection, recordUsage, roomy } from './protection.ts';

/** Starts the route in Hono on Node, and returns its port. */
export function honoApp(protection: Protection): Promise<number> {
  const app = new Hono();
  if (protection === 'billonce') app.use(idempotency({ store: memoryStore(roomy), callers: 'by-address' }));
  if (protection === 'node-idempotency') {
    const peer = nodeIdempotency();
    app.post('/usage', async (c) => {
      const request = {
        method: c.req.method,
        path: c.req.path,
        headers: c.req.header(),
        body: await c.req.json(),
      };
      const found = await peer.begin(request);
      if (found !== undefined) return c.json(found.body as object, 201);
      const made = recordUsage(request.body);
      await peer.end(request, { ...made }, 201);
      return c.json(made, 201);
    });
  } else {
    app.post('/usage', async (c) => c.json(recordUsage(await c.req.json()), 201));
  }
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port));
  });
}
