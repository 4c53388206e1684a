// The server that Billonce is compared with: the same route in bare Fastify, with a counter in memory and without keys.
import Fastify from 'fastify';
import { type UsageBody, usageSchema } from './usage-route.ts';

const totals = new Map<string, number>();
const app = Fastify();

app.post<{ Body: UsageBody }>('/api/v1/usage', { schema: usageSchema }, (request, reply) => {
  const { agent, serviceId, requests } = request.body;
  const name = `${agent} ${serviceId}`;
  const total = (totals.get(name) ?? 0) + requests;
  totals.set(name, total);
  reply.code(201).send({ agent, serviceId, total });
});

const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listens on ${url}`);
