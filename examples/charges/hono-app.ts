import { idempotency, operationOf } from '@billonce/idempotency/hono';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { type Charging, InsufficientFundsError, parseCharge } from './charge.ts';
import { announce, port } from './listening.ts';

/** Serves charges with Hono. */
export function serveHono({ store, charge }: Charging): void {
  const app = new Hono();
  app.use(idempotency({ store, callers: 'by-address', mode: 'atomic', requireKey: true }));

  app.post('/charges', async (context) => {
    const wanted = parseCharge(await context.req.json());
    const operation = operationOf(context);
    if (wanted === undefined || operation === undefined)
      return context.json({ error: 'invalid_charge' }, 400);
    await charge(wanted, operation);
    // The library sends the answer that the transaction stored.
    return context.body(null);
  });

  app.onError((error, context) => {
    if (error instanceof InsufficientFundsError) return context.json({ error: 'insufficient_funds' }, 402);
    if (error instanceof SyntaxError) return context.json({ error: 'invalid_charge' }, 400);
    return context.json({ error: 'internal' }, 500);
  });

  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, announce);
}
