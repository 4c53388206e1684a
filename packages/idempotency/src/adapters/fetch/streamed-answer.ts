import type { KeptResponse } from '../../core/kept-response.ts';
import type { Awaitable } from '../../core/store.ts';
import { passingAnswer } from './passing-answer.ts';
import { keptAnswer } from './whole-answer.ts';

/** What becomes of a response that is recorded on its way to the client. */
export interface StreamedAnswerEnd {
  /** The stream has ended; gives what is to be sent. Must not fail. */
  finish(answer: KeptResponse): Awaitable<KeptResponse>;
  /** The stream broke off. Must not reject. */
  abandon(): Promise<void>;
  /** the `Content-Type` that the server makes up where a body has none */
  readonly typeOfUntyped: string | undefined;
}

/** The response, whose body is recorded on its way to the client, up to a bound. Its end is passed on once it is stored. */
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
        // What is handed on may be taken from its sender.
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
