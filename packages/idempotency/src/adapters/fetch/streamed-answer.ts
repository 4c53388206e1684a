import type { KeptResponse } from '../../core/kept-response.ts';
import type { Awaitable } from '../../core/store.ts';
import { passingAnswer } from './passing-answer.ts';
import { keptAnswer } from './whole-answer.ts';

/** What happens to a response that is recorded on its way to the client. */
export interface StreamedAnswerEnd {
  /** The stream has ended; returns what must be sent. Must not fail. */
  finish(answer: KeptResponse): Awaitable<KeptResponse>;
  /** The stream broke off. Must not reject. */
  abandon(): Promise<void>;
  /** the `Content-Type` that the server adds if a body has none */
  readonly typeOfUntyped: string | undefined;
}

/**
 * A response whose body is recorded on its way to the client, up to a limit. Its end is passed on once the answer is
 * stored.
 */
export function streamedAnswer(
  response: Response,
  body: ReadableStream,
  bytesMax: number,
  end: StreamedAnswerEnd,
): Response {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return passingAnswer(
    response,
    { chunks: [], rest: body.getReader() },
    {
      take(chunk) {
        bytes += chunk.length;
        // The receiver may transfer the buffer, so it gets a copy.
        if (bytes <= bytesMax) chunks.push(Uint8Array.from(chunk));
        else chunks.length = 0;
      },
      async finish() {
        const recorded = bytes > bytesMax ? new Uint8Array(bytesMax + 1) : Buffer.concat(chunks);
        const kept = keptAnswer(response, recorded, bytesMax, end.typeOfUntyped);
        return (await end.finish(kept)) === kept;
      },
      abandon: () => end.abandon(),
    },
  );
}
