import type { MeteredExchange } from './meter-options.ts';

/** An API executes requests with these methods each time, under any key. */
const unprotected: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The id of the usage of a request with a key. It is a digest, because keys of different agents, services and routes
 * may be equal, and because a key may have 255 characters, but an id only 128.
 */
export async function usageIdOf(
  agent: string,
  serviceId: string,
  { method, target, key }: Pick<MeteredExchange<unknown, unknown>, 'method' | 'target' | 'key'>,
): Promise<string | undefined> {
  if (key === undefined || key === '' || unprotected.has(method)) return undefined;
  const text = JSON.stringify([agent, serviceId, method, target, key]);
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `request-${hex}`;
}
