// This file is loaded into every thread of a server. A thread dies of an error when the test creates a file with the
// name of the thread.
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

const folder = process.env['FILES_OF_DEATHS'] ?? '';
const lookEveryMs = 5;

function nameOfThread(): 'http' | 'writer' | undefined {
  if (typeof workerData !== 'object' || workerData === null) return undefined;
  if (Reflect.get(workerData, 'number') === 2) return 'http';
  return Reflect.has(workerData, 'executor') ? 'writer' : undefined;
}

const name = nameOfThread();
if (name !== undefined) {
  const file = join(folder, name);
  setInterval(() => {
    if (!existsSync(file)) return;
    unlinkSync(file);
    throw new Error(`the planted end of ${name}`);
  }, lookEveryMs).unref();
}
