import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from './listen.ts';

/** A message as the receiver of a webhook got it. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers; `undefined` never does. */
export type ReceiverAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** `ok` without it */
      readonly body?: string;
    }
  | undefined;

/** A real receiver of webhooks. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** what it answers from now on */
  answer: (message: Received) => ReceiverAnswer | Promise<ReceiverAnswer>;
  /** Resolves when so many messages have come. */
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

/** Gives an outbox turns until a receiver has so many messages: a turn may join one that had passed its webhook already. */
export async function turnsUntil(receiver: Receiver, count: number, turn: () => void): Promise<void> {
  while (receiver.received.length < count) {
    turn();
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
