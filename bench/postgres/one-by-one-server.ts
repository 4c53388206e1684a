// What Billonce is measured against over HTTP: the same route in Fastify, each request in a transaction of its own, on a
// pool of connections. DATABASE_URL and POOL_SIZE say where and how many.
import Fastify from 'fastify';
import pg from 'pg';
import { carryOut } from './one-by-one.ts';

const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: Number(process.env['POOL_SIZE'] ?? 10),
});
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
  async (request, reply) => {
    const { agent: account, requests } = request.body;
    const client = await pool.connect();
    try {
      const key = String(request.headers['idempotency-key']);
      const answer = await carryOut(client, { account, key, requests });
      return await reply.code(201).type('application/json').send(answer);
    } finally {
      client.release();
    }
  },
);

process.on('SIGTERM', () => {
  app.close().then(() => pool.end(), console.error);
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listens on ${url}`);
