import { idempotency, operationOf } from '@billonce/idempotency/fastify';
import fastify from 'fastify';
import { type Charging, InsufficientFundsError, parseCharge } from './charge.ts';
import { announce, port } from './listening.ts';

/** Serves charges with Fastify. */
export async function serveFastify({ store, charge }: Charging): Promise<void> {
  const app = fastify();
  await app.register(idempotency, { store, callers: 'by-address', mode: 'atomic', requireKey: true });

  app.post('/charges', async (request, reply) => {
    const wanted = parseCharge(request.body);
    const operation = operationOf(request);
    if (wanted === undefined || operation === undefined) {
      return reply.code(400).send({ error: 'invalid_charge' });
    }
    await charge(wanted, operation);
    // The library sends the answer that the transaction stored.
    return reply.send();
  });

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof InsufficientFundsError) return reply.code(402).send({ error: 'insufficient_funds' });
    return reply.send(error);
  });

  await app.listen({ port, host: '127.0.0.1' });
  announce(app.server.address());
}
