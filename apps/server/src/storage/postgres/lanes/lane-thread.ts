// The thread of the heavy lane: ten thousand accounts are loaded, decided and saved without the thread that serves HTTP.
import { parentPort, workerData } from 'node:worker_threads';
import { StorageExecutor } from '../../../ledger/batch-executor.ts';
import { PostgresStorage } from '../write/storage.ts';
import { cutFor } from './cut-for.ts';
import type { LaneCall, LaneData, LaneReply } from './lane-messages.ts';

if (parentPort === null) throw new Error('this file is the main file of a worker thread');
const port = parentPort;
const data: LaneData = workerData;

let aheadMs = 0;
// API keys are not changed here: a command that does so is never heavy.
const storage = new PostgresStorage(data.postgres, { onApiKeysChanged: () => undefined });
const executor = cutFor(
  data.postgres.placement,
  new StorageExecutor(storage, data.executor, () => Math.floor(Date.now() + aheadMs)),
);

port.on('message', (message: LaneCall) => {
  answer(message).catch((error: unknown) => setImmediate(() => fail(error)));
});

async function answer(message: LaneCall): Promise<void> {
  if (message.kind === 'close') {
    await storage.close();
    port.close();
    return;
  }
  aheadMs = message.aheadMs;
  const reply: LaneReply = { call: message.call, outcomes: await executor.execute(message.batch) };
  port.postMessage(reply);
}

/** Ends the thread: the thread that serves HTTP then answers the requests that were with it. */
function fail(error: unknown): never {
  throw error;
}
