import type { ClientRequest, IncomingMessage } from 'node:http';
import { ForbiddenTarget } from './target.ts';

/** The result of an attempt. */
export interface Sent {
  readonly outcome:
    | 'delivered'
    | 'gone'
    | 'refused'
    | 'timed_out'
    | 'unreachable'
    | 'forbidden_target'
    | 'unproven';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** The parts of one attempt. */
export interface AttemptParts {
  /** opens a request; a fresh one does not reuse a connection */
  readonly open: (isFresh: boolean) => ClientRequest;
  readonly body: string;
  /** what the answer must echo; `undefined` if nothing */
  readonly challenge: string | undefined;
  /** limits the whole attempt: name lookup, handshake, every answer and its body */
  readonly timeoutMs: number;
  /** ends the attempt early */
  readonly signal: AbortSignal;
}

/** What is read of an answer, in bytes and in parts: a receiver may send each byte as a chunk, and each part costs work. */
const answerBytesMax = 65_536;
const answerPartsMax = 64;
/** The most 1xx answers before the real one. Each costs work, and a receiver may send them without end. */
const informationalMax = 16;

/**
 * Sends one request. Resolves once the outcome is known and the connection is either reusable or destroyed. This
 * happens at the deadline at the latest, because it depends on its own timer and not on an event of the protocol.
 */
export function attempt({ open, body, challenge, timeoutMs, signal }: AttemptParts): Promise<Sent> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    let answer = '';
    let isEnded = false;

    const end = (sent: Sent) => {
      if (isEnded) return;
      isEnded = true;
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      // A connection can be reused only if both sides have finished.
      if (response?.complete !== true || request?.writableFinished !== true) request?.destroy();
      resolve(sent);
    };
    // A status that has arrived is the outcome, even if the rest of the answer never arrives: the receiver has the
    // message.
    const endWithout = (outcome: Sent['outcome']) => {
      end(response === undefined ? failed(outcome) : proven(sentWith(response), challenge, answer));
    };
    // Timers run before sockets are read. If this process was busy, the answer may have arrived already, so the sockets
    // are read once more.
    const deadline = setTimeout(() => setImmediate(() => endWithout('timed_out')), timeoutMs);
    const onAbort = () => endWithout('unreachable');
    signal.addEventListener('abort', onAbort);

    const start = (isFresh: boolean) => {
      const started = open(isFresh);
      request = started;
      let informational = 0;
      started.on('error', (error) => {
        if (isEnded) return;
        if (error instanceof ForbiddenTarget) endWithout('forbidden_target');
        // The receiver closed an idle connection before it saw the message; this says nothing about the receiver.
        else if (started.reusedSocket && response === undefined) start(true);
        else endWithout('unreachable');
      });
      started.on('information', ({ statusCode }) => {
        informational += 1;
        if (informational > informationalMax) end(refused(statusCode));
      });
      // A receiver that changes the protocol. Without this listener neither `error` nor `response` is emitted.
      started.on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        end(refused(statusCode));
      });
      started.on('response', (arrived) => {
        response = arrived;
        // Without the headers of an upgrade, 101 arrives here, and what follows is not HTTP either.
        if (arrived.statusCode === 101) end(refused(101));
        readToEnd(
          arrived,
          (text) => {
            if (challenge !== undefined) answer += text;
          },
          () => endWithout('unreachable'),
        );
      });
      started.on('close', () => {
        if (response === undefined && request === started) endWithout('unreachable');
      });
      started.end(body);
    };

    if (signal.aborted) onAbort();
    else start(false);
  });
}

/** Reads the body up to a limit, even if it is not used: the connection can then be reused. */
function readToEnd(response: IncomingMessage, onText: (text: string) => void, done: () => void): void {
  let bytes = 0;
  let parts = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    parts += 1;
    if (parts <= answerPartsMax) onText(chunk.toString());
    if (bytes > answerBytesMax || parts > answerPartsMax) done();
  });
  response.on('error', done);
  response.on('close', done);
}

/** A 2xx that does not echo the challenge proves nothing: many servers answer any message with 200. */
function proven(sent: Sent, challenge: string | undefined, answer: string): Sent {
  if (challenge === undefined || sent.outcome !== 'delivered' || isEcho(answer, challenge)) return sent;
  return { ...sent, outcome: 'unproven' };
}

/** The challenge alone, or as a member of a JSON object. A server that reflects whole messages proves nothing. */
function isEcho(answer: string, challenge: string): boolean {
  if (answer.trim() === challenge) return true;
  try {
    const parsed: unknown = JSON.parse(answer);
    return (
      typeof parsed === 'object' && parsed !== null && 'challenge' in parsed && parsed.challenge === challenge
    );
  } catch {
    return false;
  }
}

function sentWith({ statusCode, headers }: IncomingMessage): Sent {
  const status = statusCode ?? 0;
  if (status >= 200 && status < 300) return { outcome: 'delivered', status, retryAfterMs: undefined };
  if (status === 410) return { outcome: 'gone', status, retryAfterMs: undefined };
  const retryAfter = headers['retry-after'];
  const retryAfterMs = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : undefined;
  return { outcome: 'refused', status, retryAfterMs };
}

function refused(status: number | undefined): Sent {
  return { outcome: 'refused', status, retryAfterMs: undefined };
}

/** An attempt without an answer. */
export function failed(outcome: Sent['outcome']): Sent {
  return { outcome, status: undefined, retryAfterMs: undefined };
}
