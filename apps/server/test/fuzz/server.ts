// Starts the server in a separate process without running workers: only requests commit anything, and no webhook is
// delivered to a random address.
import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';

const parsed = parseConfig(process.env);
if (parsed.kind === 'invalid') throw new Error(parsed.mistakes.join('\n'));
const { config } = parsed;
const app = await startApp(config, '0.0.0-test', pino({ level: config.logLevel }), {
  areWorkersStarted: false,
});
console.log(`Billonce listens on ${app.url}`);
