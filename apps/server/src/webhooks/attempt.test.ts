import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { attempt } from './attempt.ts';

/**
 * A receiver on a thread. It reports that it has received the message, waits for a signal, and reports that it has
 * answered.
 */
const receiver = `
  const { createServer } = require('node:http');
  const { parentPort, workerData: step } = require('node:worker_threads');
  const server = createServer((_, response) => {
    Atomics.store(step, 0, 1);
    Atomics.wait(step, 0, 1);
    response.writeHead(204).end(() => {
      Atomics.store(step, 0, 3);
      Atomics.notify(step, 0);
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('an answer that came while this process was busy counts, although its time is over', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const step = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(receiver, { eval: true, workerData: step });
  t.after(() => worker.terminate());
  const [port] = await once(worker, 'message');
  const timeoutMs = 500;
  const sending = attempt({
    open: () => request({ host: '127.0.0.1', port, method: 'POST' }),
    body: '{}',
    challenge: undefined,
    timeoutMs,
    signal: new AbortController().signal,
  });
  while (Atomics.load(step, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  // From here until the timeout, nothing is read from the socket.
  Atomics.store(step, 0, 2);
  Atomics.notify(step, 0);
  Atomics.wait(step, 0, 2);
  t.mock.timers.tick(timeoutMs);
  assert.deepEqual(await sending, { outcome: 'delivered', status: 204, retryAfterMs: undefined });
});
