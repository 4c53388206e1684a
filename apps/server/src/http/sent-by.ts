import type { Caller } from './caller.ts';

/** The API key by which usage was sent, for limits; nothing without one. */
export function sentBy({ keyPrefix }: Caller): { readonly apiKeyPrefix?: string } {
  return keyPrefix === undefined ? {} : { apiKeyPrefix: keyPrefix };
}
