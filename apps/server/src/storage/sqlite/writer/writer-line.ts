import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { StorageFault } from '../../../ledger/storage-port.ts';
import type { WriterCall, WriterData, WriterReply } from './writer-messages.ts';

/** A line to the thread of the writer. */
export interface WriterLine {
  post(call: WriterCall): void;
  /** Passes another line to the writer, which answers the calls on it, too. */
  connect(port: MessagePort): void;
}

/** The messages that a line receives. */
export interface LineEvents {
  readonly replied: (reply: Exclude<WriterReply, { kind: 'open_failed' }>) => void;
  /** why it will end */
  readonly failed: (error: unknown) => void;
  /** no call on it will be answered any more */
  readonly ended: () => void;
}

/** Opens a line: the first one, and another one after the end of the last. */
export type OpenLine = (events: LineEvents) => WriterLine;

/** Starts the thread of a writer. */
export function lineOfThread(data: WriterData): OpenLine {
  return ({ replied, failed, ended }) => {
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: data });
    worker.on('message', (reply: WriterReply) => {
      if (reply.kind === 'open_failed') failed(new StorageFault('unavailable', reply.facts));
      else replied(reply);
    });
    worker.on('error', failed);
    worker.on('exit', ended);
    return {
      post: (call) => worker.postMessage(call),
      connect: (port) => worker.postMessage({ kind: 'connect', port } satisfies WriterCall, [port]),
    };
  };
}

/**
 * A line to the writer of another thread, past that thread.
 *
 * @param pass gives one end of it to the thread that has the writer, which connects it
 */
export function lineOfNeighbour(pass: (port: MessagePort) => void): OpenLine {
  return ({ replied, ended }) => {
    const { port1: own, port2: writers } = new MessageChannel();
    own.on('message', replied);
    own.on('close', ended);
    pass(writers);
    return {
      post: (call) => own.postMessage(call),
      connect: () => {
        throw new Error('only the thread that started the writer connects lines');
      },
    };
  };
}
