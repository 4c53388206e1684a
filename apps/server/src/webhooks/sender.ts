import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ForbiddenTarget, guardedLookup, type Resolve, type TargetRules, targetFault } from './target.ts';

/** One attempt to send. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an attempt came to. */
export interface Sent {
  readonly outcome: 'delivered' | 'gone' | 'refused' | 'timed_out' | 'unreachable' | 'forbidden_target';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Sends to webhooks. Never rejects. */
export interface Sender {
  /** for how long a receiver has to answer */
  readonly timeoutMs: number;
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent>;
  close(): void;
}

export interface SenderOptions {
  readonly timeoutMs: number;
  readonly targets: TargetRules;
  readonly resolve?: Resolve;
}

const answerBytesMax = 65_536;
const socketsMax = 64;

/** A sender over real connections. Redirects are not followed: they would lead to what was not checked. */
export function httpSender({ timeoutMs, targets, resolve }: SenderOptions): Sender {
  const options = {
    keepAlive: true,
    maxSockets: socketsMax,
    ...(targets.allowsPrivate ? {} : { lookup: guardedLookup(resolve) }),
  };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return {
    timeoutMs,
    send: (outgoing, signal) => {
      // Checked at each attempt: the rules may have become stricter since the webhook was made.
      if (targetFault(outgoing.url, targets) !== undefined)
        return Promise.resolve(failed('forbidden_target'));
      const timeout = AbortSignal.timeout(timeoutMs);
      const both = AbortSignal.any([signal, timeout]);
      const isSecure = outgoing.url.startsWith('https:');
      const request = (isSecure ? httpsRequest : httpRequest)(outgoing.url, {
        method: 'POST',
        agent: isSecure ? agents.https : agents.http,
        headers: { ...outgoing.headers, 'content-length': Buffer.byteLength(outgoing.body) },
        signal: both,
      });
      return answerOf(request, outgoing.body, timeout);
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function answerOf(request: ClientRequest, body: string, timeout: AbortSignal): Promise<Sent> {
  return new Promise((resolve) => {
    request.on('error', (error) => {
      if (error instanceof ForbiddenTarget) resolve(failed('forbidden_target'));
      else resolve(failed(timeout.aborted ? 'timed_out' : 'unreachable'));
    });
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const sent = sentWith(status, response.headers['retry-after']);
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        // Nobody reads it: it is taken only so that the connection can be used again.
        if (bytes > answerBytesMax) response.destroy();
      });
      response.on('error', () => resolve(sent));
      response.on('close', () => resolve(sent));
    });
    request.end(body);
  });
}

function sentWith(status: number, retryAfter: string | undefined): Sent {
  const retryAfterMs = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : undefined;
  if (status >= 200 && status < 300) return { outcome: 'delivered', status, retryAfterMs: undefined };
  if (status === 410) return { outcome: 'gone', status, retryAfterMs: undefined };
  return { outcome: 'refused', status, retryAfterMs };
}

function failed(outcome: Sent['outcome']): Sent {
  return { outcome, status: undefined, retryAfterMs: undefined };
}
