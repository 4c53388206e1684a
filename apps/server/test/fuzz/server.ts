// The server in a process of its own, whose workers do not run: nothing is committed but what a request asks for, and no
// webhook is delivered to an address that was drawn at random.
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';

const parsed = parseConfig(process.env);
if (parsed.kind === 'invalid') throw new Error(parsed.mistakes.join('\n'));
const { config } = parsed;
const app = await startApp(config, '0.0.0-test', pino({ level: config.logLevel }), {
  areWorkersStarted: false,
  nowMs: Date.now,
  drawSecret: () => randomBytes(16).toString('hex'),
});
console.log(`Billonce listens on ${app.url}`);
