import { replayedHeader } from '../core/kept-response.ts';

const replayHeaders: readonly string[] = [replayedHeader, 'idempotent-replayed'];

/**
 * Whether an answer is the recorded one of an earlier request with the same key: `Idempotency-Replayed: true`, or
 * `Idempotent-Replayed: true` as at Stripe. For a browser, the API must expose the header to other origins.
 */
export function wasReplayed(response: { readonly headers: Headers }): boolean {
  return replayHeaders.some((name) => response.headers.get(name)?.trim().toLowerCase() === 'true');
}
