// The server that Billonce is compared with over HTTP: the same route in Fastify, each request in a separate transaction, on a
// pool of ten connections. DATABASE_URL names the database.
import Fastify from 'fastify';
import pg from 'pg';
import { type UsageBody, usageSchema } from '../usage-route.ts';
import { carryOut } from './one-by-one.ts';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const app = Fastify();

app.post<{ Body: UsageBody }>('/api/v1/usage', { schema: usageSchema }, async (request, reply) => {
  const { agent: account, requests } = request.body;
  const key = String(request.headers['idempotency-key']);
  const client = await pool.connect();
  let isDone = false;
  try {
    const answer = await carryOut(client, { account, key, requests });
    isDone = true;
    return await reply.code(201).type('application/json').send(answer);
  } finally {
    // A connection that failed is still in its transaction.
    client.release(!isDone);
  }
});

process.on('SIGTERM', () => {
  app.close().then(() => pool.end(), console.error);
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listens on ${url}`);
