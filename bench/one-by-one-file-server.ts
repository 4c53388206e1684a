// An ordinary durable implementation on SQLite: each request is one transaction that looks for the key, adds to the total and
// keeps the answer, and is synced before the answer is sent.
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';
import { type UsageBody, usageSchema } from './usage-route.ts';

const [file = ''] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE totals (agent TEXT, service TEXT, total INTEGER NOT NULL, PRIMARY KEY (agent, service)) WITHOUT ROWID;
  CREATE TABLE entries (n INTEGER PRIMARY KEY, agent TEXT NOT NULL, service TEXT NOT NULL, requests INTEGER NOT NULL);
  CREATE TABLE keys (key BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;`);
const find = database.prepare('SELECT fingerprint, body FROM keys WHERE key = ?');
const add = database.prepare(`INSERT INTO totals VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET total = total + excluded.total RETURNING total`);
const enter = database.prepare('INSERT INTO entries (agent, service, requests) VALUES (?, ?, ?)');
const keep = database.prepare('INSERT INTO keys VALUES (?, ?, ?)');
const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');
const digest = (text: string) => createHash('sha256').update(text).digest();
const app = Fastify();

app.post<{ Body: UsageBody }>('/api/v1/usage', { schema: usageSchema }, (request, reply) => {
  const { agent, serviceId, requests } = request.body;
  const key = digest(`${request.ip} ${String(request.headers['idempotency-key'])}`);
  const fingerprint = digest(`POST /api/v1/usage ${JSON.stringify(request.body)}`);
  begin.run();
  const known = find.get(key);
  if (known !== undefined) {
    commit.run();
    const isSame = fingerprint.equals(known['fingerprint'] as Uint8Array);
    if (!isSame) return reply.code(409).send({ error: 'idempotency_conflict' });
    return reply
      .code(201)
      .header('Idempotency-Replayed', 'true')
      .type('application/json')
      .send(known['body']);
  }
  const total = add.get(agent, serviceId, requests)?.['total'];
  enter.run(agent, serviceId, requests);
  const body = JSON.stringify({ agent, serviceId, total });
  keep.run(key, fingerprint, body);
  commit.run();
  return reply.code(201).type('application/json').send(body);
});

const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listens on ${url}`);
