import { type BodyStart, bytesOf } from './bounded-body.ts';

/** What happens to the operation of an answer that is sent while it is read. */
export interface PassingAnswerEnd {
  /** Receives each chunk after the start, before it is sent. */
  take?(chunk: Uint8Array): void;
  /** The body has ended. Returns whether it counts as the answer. Must not reject. */
  finish(): Promise<boolean>;
  /** The body broke off. Must not reject. */
  abandon(): Promise<void>;
}

/**
 * A response whose body is sent as it arrives, and ends only after its operation. A client that hangs up does not stop
 * the handler.
 */
export function passingAnswer(
  response: Response,
  { chunks, rest }: BodyStart,
  end: PassingAnswerEnd,
): Response {
  const left = [...chunks];
  let isOver = false;
  let finished: Promise<boolean> | undefined;

  /** @throws the error that the body breaks off with */
  async function next(): Promise<Uint8Array | undefined> {
    const held = left.shift();
    if (held !== undefined || rest === undefined) return held;
    try {
      const read = await rest.read();
      if (!read.done) {
        const chunk = bytesOf(read.value);
        end.take?.(chunk);
        return chunk;
      }
    } catch (error) {
      isOver = true;
      await end.abandon();
      throw error;
    }
    isOver = true;
    // If several reads wait, each of them sees the end.
    finished ??= end.finish();
    // The client must not take it for the answer: it sees that the body breaks off, and retries.
    if (!(await finished)) throw new Error('this answer does not count: its operation has another outcome');
    return undefined;
  }

  async function drain(): Promise<void> {
    while (!isOver) await next();
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await next();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        drain().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
