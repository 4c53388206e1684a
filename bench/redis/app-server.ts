// One measured app: node bench/redis/app-server.ts DRIVER REPLICAS PORT …
import type { AddressInfo } from 'node:net';
import { idempotency } from '@billonce/idempotency/fastify';
import { redisStore } from '@billonce/idempotency/redis';
import Fastify from 'fastify';
import { redisDrivers } from '../../packages/idempotency/test/harness/redis-drivers.ts';

const [name, replicas, ...ports] = process.argv.slice(2);
const driver = redisDrivers.find((known) => known.name === name);
if (driver === undefined) throw new Error(`there is no driver ${name}`);
const nodes = ports.map((port) => ({ port: Number(port), url: `redis://127.0.0.1:${port}` }));
const { client } = await driver.openCluster({ nodes });

const app = Fastify();
await app.register(idempotency, {
  store: redisStore({ client, replicas: Number(replicas) }),
  callers: 'by-address',
});
let charges = 0;
app.post('/usage', async (_request, reply) => {
  charges += 1;
  return reply.code(201).send({ charge: charges, amount: '12.50' });
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`listens on http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
