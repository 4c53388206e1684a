// Loaded into the process of each test file by `npm test -- --times`: writes the cost of the process when it ends.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { processorSeconds } from './processor-seconds.ts';
import { timesFileOf, timesParentOf } from './test-times.ts';

const file = timesFileOf(process.env);
// A process that a test starts has the same environment, and may have the same options.
if (file !== undefined && isMainThread && timesParentOf(process.env) === process.ppid) {
  const main = relative(process.cwd(), process.argv[1] ?? '');
  process.on('exit', () => {
    const cost = { main, wall: process.uptime(), ...processorSeconds(process.pid) };
    appendFileSync(file, `${JSON.stringify(cost)}\n`);
  });
}
