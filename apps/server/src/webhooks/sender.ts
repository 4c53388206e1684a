import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Agent as HttpAgent, request as httpRequest } from '../node-http.ts';
import { attempt, failed, type Sent } from './attempt.ts';
import { dnsResolve } from './resolve.ts';
import { guardedLookup, type Resolve, type TargetRules, targetFault } from './target.ts';

/** One attempt to send. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** what the answer must echo; `undefined` if nothing */
  readonly challenge: string | undefined;
}

/** Sends to webhooks. Never rejects. */
export interface Sender {
  /** the longest duration of an attempt */
  readonly timeoutMs: number;
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent>;
  close(): void;
}

export interface SenderOptions {
  readonly timeoutMs: number;
  readonly targets: TargetRules;
  readonly resolve?: Resolve;
}

const idleMs = 5_000;
const idlePerHostMax = 8;

/** A sender over real connections. Redirects are not followed: their targets were not checked. */
export function httpSender({ timeoutMs, targets, resolve = dnsResolve() }: SenderOptions): Sender {
  // The outbox limits the connections in use. This time only ends idle ones.
  const pool = { keepAlive: true, maxFreeSockets: idlePerHostMax, timeout: idleMs };
  const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };
  const lookup = targets.allowsPrivate ? {} : { lookup: guardedLookup(resolve) };
  return {
    timeoutMs,
    send: ({ url, headers, body, challenge }, signal) => {
      // Checked at each attempt: the rules may have become stricter since the webhook was created.
      if (targetFault(url, targets) !== undefined) return Promise.resolve(failed('forbidden_target'));
      const isSecure = url.startsWith('https:');
      const request = isSecure ? httpsRequest : httpRequest;
      const pooled = isSecure ? agents.https : agents.http;
      const open = (isFresh: boolean) =>
        request(url, {
          method: 'POST',
          agent: isFresh ? false : pooled,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          ...lookup,
        });
      return attempt({ open, body, challenge, timeoutMs, signal });
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
