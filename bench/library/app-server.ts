// One measured app: node bench/library/app-server.ts FRAMEWORK PROTECTION
import { expressApp } from './express-app.ts';
import { fastifyApp } from './fastify-app.ts';
import { honoApp } from './hono-app.ts';
import { type Framework, parseProtection } from './protection.ts';

const apps: Readonly<Record<Framework, typeof expressApp>> = {
  express: expressApp,
  fastify: fastifyApp,
  hono: honoApp,
};
const [framework = '', protection = ''] = process.argv.slice(2);
const listen = Object.entries(apps).find(([name]) => name === framework)?.[1];
if (listen === undefined) throw new Error(`there is no framework ${framework}`);
console.log(`listens on http://127.0.0.1:${await listen(parseProtection(protection))}`);
