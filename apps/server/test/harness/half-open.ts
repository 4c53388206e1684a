import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** A connection whose client never closes its half, so the server must close the connection. */
export interface HalfOpen {
  readonly socket: Socket;
  /** everything that the client received */
  received(): string;
  /** Resolves once this many complete answers have arrived. */
  answered(count?: number): Promise<void>;
  /** resolves once the server has ended its half */
  readonly ended: Promise<void>;
  /** resolves once the connection is closed, which requires the server to destroy it */
  readonly gone: Promise<void>;
}

export async function halfOpen(t: TestContext, url: string): Promise<HalfOpen> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const client = halfOpenOn(t, socket);
  await once(socket, 'connect');
  return client;
}

/** The same on a given socket. */
export function halfOpenOn(t: TestContext, socket: Socket): HalfOpen {
  onEnd(t, () => socket.destroy());
  // A connection may also end with a reset.
  socket.on('error', () => undefined);
  let received = '';
  let wake = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    wake();
  });
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const ended = Promise.race([new Promise<void>((resolve) => socket.once('end', () => resolve())), gone]);
  const answered = async (count = 1): Promise<void> => {
    while (wholeAnswers(received) < count) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([more, ended]);
      if (socket.readableEnded && wholeAnswers(received) < count) throw new Error(`no answer: ${received}`);
    }
  };
  return { socket, received: () => received, answered, ended, gone };
}

/** Counts the answers in a text that have their complete body. */
export function wholeAnswers(text: string): number {
  const head = /^HTTP\/1\.1 \d{3} [\s\S]*?\r\n\r\n/.exec(text)?.[0];
  if (head === undefined) return 0;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (text.length < head.length + length) return 0;
  return 1 + wholeAnswers(text.slice(head.length + length));
}
