// The thread of the one writer: the event loop that serves HTTP never waits for a disk.
import { parentPort, workerData } from 'node:worker_threads';
import { StorageExecutor } from '../../ledger/batch-executor.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import type { WriterCall, WriterData, WriterReply } from './writer-messages.ts';

if (parentPort === null) throw new Error('this file is the main file of a worker thread');
const port = parentPort;
const data: WriterData = workerData;
const reply = (message: WriterReply) => port.postMessage(message);

function open(): SqliteStorage | undefined {
  try {
    return new SqliteStorage(data.sqlite);
  } catch (error) {
    reply({ kind: 'open_failed', message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function serve(storage: SqliteStorage): void {
  const executor = new StorageExecutor(storage, data.executor);
  // One after the other: the writer's transactions never interleave.
  let last: Promise<void> = Promise.resolve();
  port.on('message', (call: WriterCall) => {
    last = last.then(() => answer(call, storage, executor));
  });
  reply({ kind: 'opened' });
}

async function answer(call: WriterCall, storage: SqliteStorage, executor: StorageExecutor): Promise<void> {
  switch (call.kind) {
    case 'execute':
      reply({ kind: 'executed', call: call.call, outcomes: await executor.execute(call.batch) });
      return;
    case 'sweep':
      sweep(call, storage);
      return;
    case 'close':
      storage.close();
      port.close();
      return;
  }
}

function sweep(call: WriterCall & { readonly kind: 'sweep' }, storage: SqliteStorage): void {
  try {
    reply({ kind: 'swept', call: call.call, report: storage.sweep(call.nowMs, call.limits) });
  } catch (error) {
    reply({ kind: 'sweep_failed', call: call.call, message: String(error) });
  }
}

const storage = open();
if (storage !== undefined) serve(storage);
