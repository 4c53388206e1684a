// What the server is measured against: the same route in bare Fastify, with a counter in memory and no key.
import Fastify from 'fastify';

const totals = new Map<string, number>();
const app = Fastify();

app.post<{ Body: { agent: string; serviceId: string; requests: number } }>(
  '/api/v1/usage',
  {
    schema: {
      body: {
        type: 'object',
        required: ['agent', 'serviceId', 'requests'],
        properties: {
          agent: { type: 'string', minLength: 1, maxLength: 256 },
          serviceId: { type: 'string', minLength: 1, maxLength: 128 },
          requests: { type: 'integer', minimum: 1, maximum: 1_000_000 },
        },
      },
    },
  },
  (request, reply) => {
    const { agent, serviceId, requests } = request.body;
    const name = `${agent} ${serviceId}`;
    const total = (totals.get(name) ?? 0) + requests;
    totals.set(name, total);
    reply.code(201).send({ agent, serviceId, total });
  },
);

const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listens on ${url}`);
