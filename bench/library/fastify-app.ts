import type { AddressInfo } from 'node:net';
import { idempotency } from '@billonce/idempotency/fastify';
import { memoryStore } from '@billonce/idempotency/memory';
import Fastify from 'fastify';
import { nodeIdempotency } from './peer.ts';
import { type Protection, recordUsage, roomy } from './protection.ts';

/** Starts the route in Fastify, and returns its port. */
export async function fastifyApp(protection: Protection): Promise<number> {
  const app = Fastify();
  if (protection === 'billonce')
    await app.register(idempotency, { store: memoryStore(roomy), callers: 'by-address' });
  if (protection === 'node-idempotency') {
    const peer = nodeIdempotency();
    app.post<{ Body: Record<string, unknown> }>('/usage', async ({ method, url, headers, body }, reply) => {
      const found = await peer.begin({ method, path: url, headers, body });
      if (found !== undefined) return reply.code(found.status).send(found.body);
      const made = recordUsage(body);
      await peer.end({ method, path: url, headers, body }, { ...made }, 201);
      return reply.code(201).send(made);
    });
  } else {
    app.post('/usage', (request, reply) => {
      reply.code(201).send(recordUsage(request.body));
    });
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}
