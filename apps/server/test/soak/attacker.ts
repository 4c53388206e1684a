// One hostile pattern in a separate process, so that the cost of the attack does not slow the honest clients that are
// measured. It ends when its parent does, and after a bounded time in any case.
import { setMaxListeners } from 'node:events';
import { constants, setPriority } from 'node:os';
import { patternNamed } from './patterns.ts';

const [name, url = '', apiKey = '', seconds = '60'] = process.argv.slice(2);
const pattern = patternNamed(name);
// An attacker's client usually runs on another machine. Here it must not take the processors from the server and the
// measured clients.
setPriority(constants.priority.PRIORITY_LOW);
const ending = new AbortController();
setMaxListeners(0, ending.signal);
process.stdin.on('end', () => ending.abort()).resume();
setTimeout(() => process.exit(1), Number(seconds) * 1_000).unref();
process.on('uncaughtException', () => undefined);
process.stdout.write('attacking\n');
await pattern.attack({ url, apiKey, scale: 1 }, ending.signal);
process.exit(0);
