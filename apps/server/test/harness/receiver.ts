import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from './listen.ts';

/** A message that the receiver of a webhook got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The answer of a receiver. `undefined` means that it never answers. */
export type ReceiverAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** `ok` by default */
      readonly body?: string;
    }
  | undefined;

/** A real receiver of webhooks. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** returns the answer to each message from now on */
  answer: (message: Received) => ReceiverAnswer | Promise<ReceiverAnswer>;
  /** Resolves when this many messages have arrived. */
  has(count: number): Promise<void>;
}

export async function startReceiver(t: TestContext): Promise<Receiver> {
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const received: Received[] = [];
  const answerTo = async (message: Received, response: ServerResponse) => {
    const answer = await receiver.answer(message);
    if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body ?? 'ok');
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      received.push(message);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      answerTo(message, response).catch(() => response.destroy());
    });
  });
  const base = await listen(t, server);
  const receiver: Receiver = {
    url: `${base}/hook`,
    received,
    answer: () => ({ status: 204 }),
    has: (count) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ count, resolve });
          }),
  };
  return receiver;
}

/**
 * Runs turns of an outbox until a receiver has this many messages. A turn may join a running turn that has already
 * passed its webhook.
 */
export async function turnsUntil(receiver: Receiver, count: number, turn: () => void): Promise<void> {
  while (receiver.received.length < count) {
    turn();
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
