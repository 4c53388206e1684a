import { type AnswerVerdict, judgeAnswer } from './answer-verdict.ts';
import type { FetchSettings } from './fetch-options.ts';
import { readBounded } from './read-bounded.ts';
import type { RepeatableRequest } from './repeatable-request.ts';

/** The outcome of one attempt. */
export type AttemptOutcome =
  | {
      readonly kind: 'answered';
      readonly verdict: AnswerVerdict;
      readonly response: Response;
      /** what was read of the body */
      readonly body: Uint8Array;
    }
  /** no answer arrived, or it broke off: it is unknown whether the request took effect */
  | { readonly kind: 'failed'; readonly error: unknown };

/** The settings of an attempt. */
export interface AttemptContext {
  readonly settings: Pick<FetchSettings, 'fetch' | 'clock' | 'answerBytesMax'>;
  readonly timeoutMs: number;
  /** whether the request carries a key */
  readonly isKeyed: boolean;
  readonly signal: AbortSignal | undefined;
}

/** How much of an unsuccessful answer is read at least: enough for every error body that we know of. */
const refusalBytesMax = 64 * 1024;

/** Sends a request once, and reads enough of the answer to know whether it is final. */
export async function attempt(request: RepeatableRequest, context: AttemptContext): Promise<AttemptOutcome> {
  const { settings, timeoutMs, signal } = context;
  const late = new AbortController();
  const over = new AbortController();
  const attemptSignal = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  const answering = sendAndRead(request, context, attemptSignal);
  const timing = settings.clock.sleep(timeoutMs, over.signal).then(() => {
    if (over.signal.aborted) return;
    late.abort(new DOMException(`there was no answer within ${timeoutMs} ms`, 'TimeoutError'));
  });
  try {
    return await answering;
  } catch (error) {
    return { kind: 'failed', error };
  } finally {
    over.abort();
    await timing;
  }
}

async function sendAndRead(
  request: RepeatableRequest,
  context: AttemptContext,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const response = await request.send(context.settings.fetch, signal);
  try {
    const body = await readAhead(response, context);
    return { kind: 'answered', verdict: judgeAnswer(response, body), response, body };
  } catch (error) {
    await discard(response);
    throw error;
  }
}

/** Reads a clone of the answer, so that the caller reads from memory and the body can no longer break off. */
async function readAhead(
  response: Response,
  { settings, isKeyed }: AttemptContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytesMax = response.ok ? settings.answerBytesMax : Math.max(settings.answerBytesMax, refusalBytesMax);
  const isStreamed = response.ok && (!isKeyed || bytesMax === 0 || isEventStream(response));
  const body = isStreamed || response.body === null ? null : response.clone().body;
  if (body === null) return new Uint8Array();
  return (await readBounded(body, bytesMax)).bytes;
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.trim().toLowerCase().startsWith('text/event-stream') === true;
}

/** Cancels an answer that no one reads, and frees its connection. Never rejects. */
export async function discard(response: Response | undefined): Promise<void> {
  try {
    await response?.body?.cancel();
  } catch {
    // Its connection has already broken.
  }
}
