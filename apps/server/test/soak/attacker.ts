// One hostile pattern in a process of its own, so that what it costs to attack does not slow the honest clients that are measured.
// It ends when its parent does, and after a bounded time in any case.
import { setMaxListeners } from 'node:events';
import { patternNamed } from './patterns.ts';

const [name, url = '', apiKey = '', seconds = '60'] = process.argv.slice(2);
const pattern = patternNamed(name);
const ending = new AbortController();
setMaxListeners(0, ending.signal);
process.stdin.on('end', () => ending.abort()).resume();
setTimeout(() => process.exit(1), Number(seconds) * 1_000).unref();
process.on('uncaughtException', () => undefined);
process.stdout.write('attacking\n');
await pattern.attack({ url, apiKey, scale: 1 }, ending.signal);
process.exit(0);
