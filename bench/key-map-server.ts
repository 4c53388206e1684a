// How many APIs handle retries: a map in memory from hashed keys to their answers, with a lifetime and a cap. Nothing is
// durable, and a restart forgets all of it.
import { createHash } from 'node:crypto';
import Fastify from 'fastify';
import { type UsageBody, usageSchema } from './usage-route.ts';

interface Kept {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly expiresAtMs: number;
}

const ttlMs = 86_400_000;
const entriesMax = 100_000;
const totals = new Map<string, number>();
const answers = new Map<string, Kept>();
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const app = Fastify();

app.post<{ Body: UsageBody }>('/api/v1/usage', { schema: usageSchema }, (request, reply) => {
  const { agent, serviceId, requests } = request.body;
  const key = digest(`${request.ip} ${String(request.headers['idempotency-key'])}`);
  const fingerprint = digest(`POST /api/v1/usage ${JSON.stringify(request.body)}`);
  const known = answers.get(key);
  if (known !== undefined && known.expiresAtMs > Date.now()) {
    if (known.fingerprint !== fingerprint) return reply.code(409).send({ error: 'idempotency_conflict' });
    return reply
      .code(known.status)
      .header('Idempotency-Replayed', 'true')
      .type('application/json')
      .send(known.body);
  }
  const name = `${agent} ${serviceId}`;
  const total = (totals.get(name) ?? 0) + requests;
  totals.set(name, total);
  const body = JSON.stringify({ agent, serviceId, total });
  if (answers.size >= entriesMax) answers.delete(answers.keys().next().value ?? '');
  answers.set(key, { fingerprint, status: 201, body, expiresAtMs: Date.now() + ttlMs });
  return reply.code(201).type('application/json').send(body);
});

const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listens on ${url}`);
